import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import tap, { type Test } from 'tap'
import { newApiKeyToken } from '../../src/crypto/api-key-token.js'
import { type EmbeddedPostgres, openEmbedded } from '../../src/db/embedded.js'
import { generateKeyRing } from '../../src/secrets.js'
import { until } from './database.js'
import { serverPid } from './embedded.js'
import { folders, killWithTest } from './killed-with-test.js'

const CLI = fileURLToPath(new URL('../../dist/bundle/cli.js', import.meta.url))
/** Tap loads itself into every process below it: our own are to run as they run without it. */
const WITHOUT_TAP = ['-u', 'NODE_OPTIONS', process.execPath]
/** Other tests run beside these on few cores. */
export const PATIENCE_MS = 60_000
/** Below what systems give to outgoing connections. */
const PORT_MIN = 20_000
const PORT_END = 32_000

/** On a busy machine tests would be sent away, as anybody would. */
const UNHURRIED = { MUSTER_SHED_EVENT_LOOP_MS: '0', MUSTER_SHED_WAIT_MS: '0' }

export type Environment = Record<string, string>

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A real process of Muster. */
export interface Muster {
  readonly url: string
  stdout(): string
  stderr(): string
  /** Resolves at the first 200 of /readyz; rejects with what it said when it ends before. */
  ready(): Promise<void>
  signal(signal: NodeJS.Signals): void
  /** Resolves when it has ended and said its last. */
  exited(): Promise<Exit>
  stop(): Promise<Exit>
  /** `kill -9`. */
  kill(): Promise<Exit>
}

/** Spawns `muster <command>` with nothing of this environment but what is given. */
export async function spawnMuster(
  t: Test,
  command: string | readonly string[],
  environment: Environment = {},
  uid?: number
): Promise<Muster> {
  return spawnRelease(t, { cli: CLI, command, environment, uid })
}

interface Spawned {
  /** Of which release: the path of its `cli.js`. */
  readonly cli: string
  readonly command: string | readonly string[]
  readonly environment: Environment
  readonly uid?: number | undefined
}

/** The same of another release than this one. */
export async function spawnRelease(t: Test, spawned: Spawned): Promise<Muster> {
  const { cli, command, environment, uid } = spawned
  const port = environment['PORT'] ?? String(await freePort())
  const args = typeof command === 'string' ? command.split(' ') : command
  const child = spawn('/usr/bin/env', [...WITHOUT_TAP, cli, ...args], {
    cwd: tmpdir(),
    env: { LOG_LEVEL: 'warn', PORT: port, ...UNHURRIED, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(uid === undefined ? {} : { uid, gid: uid })
  })
  killWithTest(t, child)
  return toMuster(child, `http://127.0.0.1:${port}`)
}

/** The same, ready. */
export async function startMuster(
  t: Test,
  command: 'start' | 'api' | 'worker',
  environment: Environment
): Promise<Muster> {
  const muster = await spawnMuster(t, command, environment)
  await muster.ready()
  return muster
}

/** Runs a command to its end. */
export async function runMuster(
  t: Test,
  command: string | readonly string[],
  environment: Environment = {},
  uid?: number
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const muster = await spawnMuster(t, command, environment, uid)
  const { code } = await muster.exited()
  return { code, stdout: muster.stdout(), stderr: muster.stderr() }
}

function toMuster(child: ChildProcess, url: string): Muster {
  const said = { out: '', err: '' }
  let exit: Exit | undefined
  child.stdout?.on('data', (chunk: Buffer) => {
    said.out += chunk.toString()
  })
  child.stderr?.on('data', (chunk: Buffer) => {
    said.err += chunk.toString()
  })
  child.once('close', (code, signal) => {
    exit = { code, signal }
  })
  const exited = () => until(async () => exit, PATIENCE_MS)
  const end = (signal: NodeJS.Signals) => {
    child.kill(signal)
    return exited()
  }
  return {
    url,
    stdout: () => said.out,
    stderr: () => said.err,
    async ready() {
      await until(async () => {
        if (exit) throw new Error(`ended before it was ready: ${said.out}${said.err}`)
        return (await fetch(`${url}/readyz`).catch(() => undefined))?.ok
      }, PATIENCE_MS)
    },
    signal: (signal) => void child.kill(signal),
    exited,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL')
  }
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  return until(async () => {
    const port = randomInt(PORT_MIN, PORT_END)
    const probe = createServer()
    try {
      probe.listen(port, '127.0.0.1')
      await once(probe, 'listening')
      return port
    } catch {
      return false
    } finally {
      probe.close()
    }
  })
}

/** What every process of one deployment on a database is given; the key is known beforehand. */
export function deploymentOn(databaseUrl: string): Environment & { MUSTER_API_KEY: string } {
  return {
    DATABASE_URL: databaseUrl,
    MUSTER_API_KEY: newApiKeyToken().token,
    MUSTER_LINK_SECRETS: generateKeyRing(),
    MUSTER_ENCRYPTION_KEYS: generateKeyRing()
  }
}

/** A data folder yet to be made. With the test go its server and the folder. */
export async function newDataDir(t: Test): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'muster-process-'))
  await chmod(root, 0o755) // As root, PostgreSQL runs as a user of its own.
  folders.add(root)
  const dataDir = join(root, 'data')
  t.teardown(async () => {
    await stopServerOf(dataDir)
    await rm(root, { recursive: true, force: true, maxRetries: 5 })
    folders.delete(root)
  })
  return dataDir
}

/** The server of a data folder beside what runs on it, or without; stopped with the test. */
export async function openServerOf(t: Test, dataDir: string): Promise<EmbeddedPostgres> {
  const { postgres_password: password } = JSON.parse(
    await readFile(`${dataDir}/secrets.json`, 'utf8')
  )
  const server = await openEmbedded({ dataDir, password })
  t.teardown(() => server.stop())
  return server
}

/** Ends a server that was left running, without waiting for its clients. */
async function stopServerOf(dataDir: string): Promise<void> {
  await until(async () => {
    const pid = await serverPid(dataDir)
    if (!isAlive(pid)) return true
    process.kill(pid, 'SIGQUIT')
    return false
  })
}

export function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

interface UsedDataDir {
  readonly dataDir: string
  readonly key: string
}

let used: Promise<UsedDataDir> | undefined

/** A data folder that was started and stopped before, and its first key: a copy of one for all. */
export async function usedDataDir(t: Test): Promise<UsedDataDir> {
  used ??= makeUsedDataDir()
  const original = await used
  const dataDir = await newDataDir(t)
  // Node's own copy forgets the owner, who is PostgreSQL's user.
  await promisify(execFile)('cp', ['-a', original.dataDir, dataDir])
  return { dataDir, key: original.key }
}

async function makeUsedDataDir(): Promise<UsedDataDir> {
  const dataDir = await newDataDir(tap)
  const muster = await startMuster(tap, 'start', { MUSTER_DATA_DIR: dataDir })
  const key = await untilSaid(muster, KEY)
  await muster.stop()
  return { dataDir, key }
}

const KEY = /mk_\w+/

/** Waits for what it prints. */
export async function untilSaid(muster: Muster, what: RegExp): Promise<string> {
  return until(async () => what.exec(muster.stdout())?.[0], PATIENCE_MS)
}

/** Calls a process by HTTP, as a host's backend does. */
export function clientOf({ url }: Muster, key: string) {
  return async (method: string, path: string, body?: unknown, headers: Environment = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) })
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  }
}

export type Client = ReturnType<typeof clientOf>

/** An organization with its owner. */
export async function createOrganization(call: Client) {
  const owner = { user_id: 'u_olga', email: 'olga@acme.test', name: 'Olga' }
  const { body } = await call('POST', '/v1/organizations', { name: 'Acme', owner })
  return { id: body.id as string, path: `/v1/organizations/${body.id}` }
}

/** The mails that a process keeps for an address, once there are any. */
export async function keptMailsTo({ url }: Muster, address: string) {
  return until(async () => {
    const response = await fetch(`${url}/dev/mail?to=${address}`, {
      headers: { accept: 'application/json' }
    })
    const { data } = (await response.json()) as { data: KeptMail[] }
    return data.length > 0 && data
  }, PATIENCE_MS)
}

interface KeptMail {
  readonly message_id: string
  readonly subject: string
  readonly links: string[]
}
