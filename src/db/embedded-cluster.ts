import {
  chown,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  writeFile
} from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { StartupError } from '../errors.js'
import {
  type Cluster,
  explainFailure,
  findBinaries,
  type RunAs,
  runToEnd
} from './embedded-process.js'

const INITDB_MAX_MS = 120_000
const BUILDING_PREFIX = 'postgres.building-'
const SYSTEM_USERS = ['postgres', 'nobody']

/** The superuser and the database of an embedded cluster. */
export const EMBEDDED_NAME = 'muster'

/** Finds the cluster of a data folder; makes folder and cluster at the first start. */
export async function openCluster(dataDir: string, password: string): Promise<Cluster> {
  const binaries = await findBinaries()
  try {
    const root = await makeDataFolder(dataDir)
    const folder = join(root, 'postgres')
    const logFile = join(root, 'postgres.log')
    const cluster = { dataDir: root, folder, logFile, binaries, runAs: await chooseUser(folder) }
    if (!(await isInitialised(folder))) await createCluster(cluster, password)
    return cluster
  } catch (error) {
    throw toFolderProblem(resolve(dataDir), error)
  }
}

/** Turns a refusal by the file system into the line that says what to do; others pass unchanged. */
export function toFolderProblem(dataDir: string, error: unknown): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return error
  const at = 'path' in error && error.path !== dataDir ? ` at ${String(error.path)}` : ''
  return new StartupError(
    `cannot use the data folder ${dataDir} (${String(error.code)}${at}): make it a folder that ` +
      'this user can write to, or set MUSTER_DATA_DIR to another folder'
  )
}

const isRoot = () => process.getuid?.() === 0

/** As root, the user that runs PostgreSQL has to pass through the folder, not to look around. */
async function makeDataFolder(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true, mode: isRoot() ? 0o711 : 0o700 })
  return realpath(dataDir)
}

/** PostgreSQL refuses to run as root: it runs as the cluster's owner, or a modest system user. */
async function chooseUser(folder: string): Promise<RunAs> {
  if (!isRoot()) return {}
  if (await isInitialised(folder)) return ownerOf(folder)
  const users = await readFile('/etc/passwd', 'utf8').catch(() => '')
  for (const name of SYSTEM_USERS) {
    const entry = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, 'm').exec(users)
    if (entry) return { uid: Number(entry[1]), gid: Number(entry[2]) }
  }
  throw new StartupError(
    `PostgreSQL does not run as root and there is no user ${SYSTEM_USERS.join(' or ')} here: ` +
      'run Muster as another user than root, or set DATABASE_URL'
  )
}

async function ownerOf(folder: string): Promise<RunAs> {
  const { uid, gid } = await stat(folder)
  if (uid !== 0) return { uid, gid }
  throw new StartupError(
    `PostgreSQL does not run as root, but root owns ${folder}: give it to another user, ` +
      `for instance with "chown -R nobody ${folder}"`
  )
}

/** False where nothing is yet. What is there and no cluster is somebody's, and refused. */
async function isInitialised(folder: string): Promise<boolean> {
  const entries = await readdir(folder).catch((error: unknown): string[] => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  if (entries.length === 0 || entries.includes('PG_VERSION')) return entries.length > 0
  throw new StartupError(
    `${folder} exists but holds no database: move it away, ` +
      'or set MUSTER_DATA_DIR to another folder'
  )
}

/**
 * Builds beside and moves into place at once: a kill in the middle leaves no half-built cluster,
 * and of two first starts one loses the move and goes on with the cluster of the other.
 */
async function createCluster(cluster: Cluster, password: string): Promise<void> {
  const building = await mkdtemp(join(cluster.dataDir, BUILDING_PREFIX))
  try {
    await initialise(cluster, building, password)
    await rename(join(building, 'data'), cluster.folder)
    await syncFolder(cluster.dataDir)
  } catch (error) {
    // Another first start was faster, and has perhaps swept our building folder away since.
    if (await isInitialised(cluster.folder)) return
    throw error
  } finally {
    await rm(building, { recursive: true, force: true }).catch(() => undefined)
  }
}

/** The builtin locale asks nothing of the system: the same order and casing on every machine. */
async function initialise(cluster: Cluster, building: string, password: string): Promise<void> {
  const passwordFile = join(building, 'password')
  await writeFile(passwordFile, `${password}\n`, { mode: 0o600 })
  await handOver(cluster, passwordFile)
  await handOver(cluster, building)
  const args = [
    `--pgdata=${join(building, 'data')}`,
    `--username=${EMBEDDED_NAME}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
    '--data-checksums',
    '--no-instructions'
  ]
  const failure = await runToEnd(cluster, cluster.binaries.initdb, args, INITDB_MAX_MS)
  await rm(passwordFile, { force: true })
  if (failure !== undefined) throw await explainFailure(cluster, failure)
}

async function handOver({ runAs }: Cluster, path: string): Promise<void> {
  if (runAs.uid !== undefined && runAs.gid !== undefined) await chown(path, runAs.uid, runAs.gid)
}

/** A power cut must not forget the move and yet keep what was written after it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return // Windows opens no folders.
  const handle = await open(folder)
  await handle.sync().finally(() => handle.close())
}

/**
 * Sweeps what killed first starts left behind. For the owner of the running server only: whoever
 * still builds beside it has lost already, and goes on with its cluster.
 */
export async function removeLeftovers({ dataDir }: Cluster): Promise<void> {
  const names = await readdir(dataDir).catch(() => [])
  for (const name of names.filter((one) => one.startsWith(BUILDING_PREFIX))) {
    // An initdb that outlived its Muster may write on for a moment; the next start tries again.
    await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => undefined)
  }
}
