import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Client } from 'pg'
import tap, { type Test } from 'tap'
import { startEmbedded } from '../../src/db/embedded.js'

const BUILT = new URL('../../dist/db/embedded.js', import.meta.url).href
const WAIT_MAX_MS = 15_000

/**
 * For what brings a database of its own: it is the same whatever server the suite is played on, so
 * whoever plays it on another one too says so, and does not wait for these twice.
 */
export const onItsOwn = {
  skip: process.env['TEST_OWN_DATABASES'] === 'skip' ? 'is played by the suite on its own' : false
} as const

/** With all that has to be quoted somewhere. */
export const password = `it's p@ss/w:rd %41"`

/** A data folder yet to be made, removed with the test. */
export async function newDataDir(t: Test): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'muster-embedded-'))
  await chmod(root, 0o755)
  t.teardown(() => rm(root, { recursive: true, force: true, maxRetries: 5 }))
  const dataDir = join(root, 'data')
  t.teardown(() => stopWhatRuns(dataDir))
  return dataDir
}

let used: Promise<string> | undefined

/** A data folder that has been started before. One for all tests: a first start takes a second. */
export async function usedDataDir(t: Test): Promise<string> {
  used ??= makeUsedDataDir()
  const dataDir = await used
  t.teardown(() => stopWhatRuns(dataDir))
  return dataDir
}

async function makeUsedDataDir(): Promise<string> {
  const dataDir = await newDataDir(tap)
  await (await startEmbedded({ dataDir, password })).stop()
  return dataDir
}

async function stopWhatRuns(dataDir: string): Promise<void> {
  if (await serverPid(dataDir)) await (await startEmbedded({ dataDir, password })).stop()
}

/** Muster in a process of its own, to be killed. `answer` is its URL or its error. */
export async function startChild(t: Test, dataDir: string, uid?: number) {
  const child = spawnChild(t, dataDir, uid)
  return { child, answer: await nextLine(child) }
}

/** As `startChild`, still on its way. It leads a process group, as under a terminal. */
export function spawnChild(t: Test, dataDir: string, uid?: number): ChildProcess {
  const script = `
    process.on('SIGINT', () => process.stdout.write('interrupted\\n'))
    const { startEmbedded } = await import('${BUILT}')
    const answer = await startEmbedded(${JSON.stringify({ dataDir, password })}).then(
      ({ url }) => url,
      (error) => error.name + ': ' + error.message
    )
    process.stdout.write(answer + '\\n')`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    cwd: '/',
    detached: true,
    env: {},
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(uid === undefined ? {} : { uid, gid: uid })
  })
  t.teardown(() => child.kill('SIGKILL'))
  return child
}

export async function nextLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('the child has no output')
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  return chunk.toString().trim()
}

/** `kill -9`, and gone when it resolves. */
export async function killHard(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** A connection that outlives its server without ending the test. */
export async function connect(t: Test, url: string): Promise<Client> {
  const client = new Client({ connectionString: url })
  client.on('error', () => undefined)
  await client.connect()
  t.teardown(() => client.end().catch(() => undefined))
  return client
}

/** The fields of all rows, in order. */
export async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<unknown[]>({ text: sql, rowMode: 'array' })
  await client.end()
  return rows.flat()
}

export async function writeRow(url: string): Promise<void> {
  await query(url, 'drop table if exists kept')
  await query(url, 'create table kept as select 42 as answer')
}

export const readRow = (url: string) => query(url, 'select answer from kept')

/** The id that `postmaster.pid` names; 0 without such a file. */
export async function serverPid(dataDir: string): Promise<number> {
  const text = await readFile(join(dataDir, 'postgres/postmaster.pid'), 'utf8').catch(() => '')
  return Number(text.split('\n')[0])
}

export async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = AbortSignal.timeout(WAIT_MAX_MS)
  while (!(await condition())) {
    if (deadline.aborted) throw new Error('waited in vain')
    await setTimeout(5)
  }
}
