import { type ChildProcess, execFile } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { type FileHandle, open, readFile, stat } from 'node:fs/promises'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { StartupError } from '../errors.js'
import { toFolderProblem } from './embedded-cluster.js'
import { type Cluster, runToEnd, startProcess, toOneLine } from './embedded-process.js'

const LOG_MAX_BYTES = 10 * 1024 * 1024
const LOG_TAIL_BYTES = 4096
/** Below the ports that systems give to outgoing connections. */
const PORT_MIN = 20_000
const PORT_END = 32_000
const PORT_TRIES_MAX = 50
const STOP_MAX_SECONDS = 10
const STOP_MARGIN_MS = 5_000
const PS_MAX_MS = 5_000

/** For a small machine beside Node; what is not here is PostgreSQL's own default. */
const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  'shared_buffers=64MB',
  'fsync=on',
  'synchronous_commit=on',
  'timezone=UTC',
  'log_timezone=UTC',
  // Failed statements, with the addresses in their details, are Muster's to report.
  'log_min_messages=log',
  'log_checkpoints=off',
  // Four processes less, which serve big scans and replication.
  'io_method=sync',
  'max_logical_replication_workers=0',
  // The statements of a killed Muster end soon, and with them their locks. Not known to Windows.
  ...(process.platform === 'win32' ? [] : ['client_connection_check_interval=2s'])
]

/** A living PostgreSQL server on our folder, as it tells itself in `postmaster.pid`. */
export interface Server {
  readonly pid: number
  readonly port: number
  /** False while it starts, recovers or stops. */
  readonly ready: boolean
}

/** A server process that we started. It may end at once when the folder is taken. */
export interface Launch {
  readonly child: ChildProcess
  readonly logStart: number
  error: string | undefined
}

/** The living server of this folder, whoever started it. */
export async function findServer(cluster: Cluster, launch?: Launch): Promise<Server | undefined> {
  const recorded = await readPidFile(cluster)
  if (!recorded) return undefined
  const isOurChild = launch?.child.pid === recorded.pid && !hasEnded(launch)
  return isOurChild || (await isServerOf(cluster, recorded.pid)) ? recorded : undefined
}

async function readPidFile({ dataDir, folder }: Cluster): Promise<Server | undefined> {
  const text = await readFile(join(folder, 'postmaster.pid'), 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw toFolderProblem(dataDir, error)
  })
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return undefined
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' }
}

/**
 * After a crash the recorded id may belong to any other process, even to the PostgreSQL of another
 * folder. On Linux the working directory tells, whatever has been renamed since.
 */
async function isServerOf({ folder }: Cluster, pid: number): Promise<boolean> {
  try {
    if (process.platform !== 'linux') return (await commandOf(pid)).includes(folder)
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8')
    if (basename(command.split('\0')[0] ?? '') !== 'postgres') return false
    const [theirs, ours] = await Promise.all([stat(`/proc/${pid}/cwd`), stat(folder)])
    return theirs.dev === ours.dev && theirs.ino === ours.ino
  } catch {
    return false // It ended, or it is a stranger's.
  }
}

async function commandOf(pid: number): Promise<string> {
  const args = ['-ww', '-o', 'command=', '-p', String(pid)]
  const { stdout } = await promisify(execFile)('ps', args, { timeout: PS_MAX_MS })
  return stdout.includes('postgres') ? stdout : ''
}

export const hasEnded = ({ child, error }: Launch) =>
  error !== undefined || child.exitCode !== null || child.signalCode !== null

/**
 * Starts a server on a free port, without waiting for it. PostgreSQL itself is the arbiter between
 * two starts: one of them gets the folder, the other one ends.
 */
export async function launchServer(cluster: Cluster): Promise<Launch> {
  const port = await findFreePort()
  const env = await excuseStalePid(cluster)
  const log = await openLog(cluster)
  try {
    const { size: logStart } = await log.stat()
    const child = startProcess(cluster, cluster.binaries.postgres, serverArguments(cluster, port), {
      stdio: ['ignore', log.fd, log.fd],
      env
    })
    const launch: Launch = { child, logStart, error: undefined }
    child.once('error', (error) => {
      launch.error = error.message
    })
    child.unref()
    return launch
  } finally {
    await log.close()
  }
}

const serverArguments = ({ folder }: Cluster, port: number) => [
  ...['-D', folder, '-p', String(port)],
  ...SETTINGS.flatMap((setting) => ['-c', setting])
]

/**
 * PostgreSQL refuses a folder whose `postmaster.pid` names a living process, unless that process is
 * its own grandparent, which pg_ctl tells it in this variable. Naming the stranger there leaves the
 * check to PostgreSQL, where deleting the file could delete that of a server just started.
 */
async function excuseStalePid(cluster: Cluster): Promise<NodeJS.ProcessEnv> {
  const recorded = await readPidFile(cluster)
  if (!recorded || (await isServerOf(cluster, recorded.pid))) return {}
  return { PG_GRANDPARENT_PID: String(recorded.pid) }
}

async function openLog({ dataDir, logFile }: Cluster): Promise<FileHandle> {
  try {
    const log = await open(logFile, 'a', 0o600)
    if ((await log.stat()).size > LOG_MAX_BYTES) await log.truncate()
    return log
  } catch (error) {
    throw toFolderProblem(dataDir, error)
  }
}

async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES_MAX; tries++) {
    const port = randomInt(PORT_MIN, PORT_END)
    if (await isFree(port)) return port
  }
  throw new StartupError(
    `no free port found between ${PORT_MIN} and ${PORT_END} for PostgreSQL: ` +
      'end what listens there, or set DATABASE_URL'
  )
}

async function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  try {
    probe.listen(port, '127.0.0.1')
    await once(probe, 'listening')
    probe.close()
    await once(probe, 'close')
    return true
  } catch {
    return false
  }
}

/**
 * Why a launched server ended. `mayPass` when another port or another moment helps: the port was
 * taken meanwhile, another server was faster, or children of a killed one have not ended yet.
 */
export async function whyEnded(
  cluster: Cluster,
  launch: Launch
): Promise<{ said: string; mayPass: boolean }> {
  const { exitCode, signalCode } = launch.child
  const said = launch.error ?? (await readLogOf(cluster, launch))
  const mayPass =
    /could not bind|could not create any TCP\/IP sockets/.test(said) ||
    /lock file ".*" (already exists|is empty)|pre-existing shared memory block/.test(said)
  return { said: `${said} (ended with ${signalCode ?? exitCode ?? 'no process'})`, mayPass }
}

/** The lines of this launch: another one may write to the same log at the same time. */
async function readLogOf({ logFile }: Cluster, { child, logStart }: Launch): Promise<string> {
  const log = await open(logFile)
  try {
    const start = Math.max(logStart, (await log.stat()).size - LOG_TAIL_BYTES)
    const { buffer, bytesRead } = await log.read(Buffer.alloc(LOG_TAIL_BYTES), 0, undefined, start)
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n')
    const isOurs = (line: string) => line.includes(`[${child.pid ?? ''}]`) || !/\[\d+\]/.test(line)
    const withoutPrefix = (line: string) => line.replace(/^.*?\[\d+\] /, '')
    return toOneLine(lines.filter(isOurs).map(withoutPrefix).join('\n'))
  } finally {
    await log.close()
  }
}

/** Whether a server found running was started as we would start it: an update changes that. */
export async function isStartedAsOurs(cluster: Cluster, { port }: Server): Promise<boolean> {
  const started = await readFile(join(cluster.folder, 'postmaster.opts'), 'utf8').catch(() => '')
  const quoted = serverArguments(cluster, port).map((argument) => `"${argument}"`)
  return started.trim() === [cluster.binaries.postgres, ...quoted].join(' ')
}

/**
 * Stops the server of this folder, disconnecting its clients; the hard way when the gentle one
 * takes too long (it loses nothing either, the next start recovers). For its owner only.
 */
export async function stopServer(cluster: Cluster, launch?: Launch): Promise<void> {
  const { folder, binaries } = cluster
  for (const mode of ['fast', 'immediate']) {
    if (!(await findServer(cluster, launch))) return
    const args = ['stop', '-D', folder, '-m', mode, '-w', '-t', String(STOP_MAX_SECONDS)]
    const maxMs = STOP_MAX_SECONDS * 1000 + STOP_MARGIN_MS
    if ((await runToEnd(cluster, binaries.pg_ctl, args, maxMs)) === undefined) return
  }
  if (await findServer(cluster, launch)) throw new Error(`PostgreSQL on ${folder} does not stop`)
}
