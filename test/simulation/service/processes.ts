import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Scope } from '../../helpers/scope.js'

const READY_WITHIN_MS = 60_000
const PORT_MIN = 20_000
const PORT_END = 32_000
const SAID_MAX = 4_000

export type Environment = Readonly<Record<string, string>>

/** A process of Muster that is started again after each end. */
export interface Runner {
  readonly url: string
  start(): Promise<void>
  /** `kill -9`, and gone when it resolves. */
  kill(): Promise<void>
  isUp(): boolean
  /** The last of what it said. */
  said(): string
}

const running = new Set<ChildProcess>()
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

/** Runs a program and ends it with the scope. */
export function spawnIn(scope: Scope, command: readonly string[], env: Environment): ChildProcess {
  const [program = '', ...args] = command
  const child = spawn(program, args, { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.once('close', () => running.delete(child))
  child.once('error', () => undefined)
  scope.teardown(() => child.kill('SIGKILL'))
  return child
}

export async function createRunner(
  scope: Scope,
  { dist, command, env }: { dist: string; command: 'api' | 'worker'; env: Environment }
): Promise<Runner> {
  const port = String(await freePort())
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let said = ''
  const isUp = () => child !== undefined && child.exitCode === null && child.signalCode === null
  const note = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-SAID_MAX)
  }
  return {
    url,
    isUp,
    said: () => said,
    async start() {
      if (!isUp()) {
        const argv = [process.execPath, join(dist, 'cli.js'), command]
        child = spawnIn(scope, argv, { LOG_LEVEL: 'warn', ...env, PORT: port })
        child.stdout?.on('data', note)
        child.stderr?.on('data', note)
      }
      await untilReady(url, isUp, () => said)
    },
    async kill() {
      if (!child || !isUp()) return
      const closed = once(child, 'close')
      child.kill('SIGKILL')
      await closed
    }
  }
}

async function untilReady(url: string, isUp: () => boolean, said: () => string): Promise<void> {
  const end = performance.now() + READY_WITHIN_MS
  while (performance.now() < end) {
    const answer = await fetch(`${url}/readyz`).catch(() => undefined)
    await answer?.text()
    if (answer?.ok) return
    if (!isUp()) throw new Error(`ended before it was ready: ${said()}`)
    await sleep(20)
  }
  throw new Error(`not ready after ${READY_WITHIN_MS} ms: ${said()}`)
}

/** Runs a command of Muster to its end. */
export async function runCommandLine(scope: Scope, dist: string, args: string, env: Environment) {
  const argv = [process.execPath, join(dist, 'cli.js'), ...args.split(' ')]
  const child = spawnIn(scope, argv, { LOG_LEVEL: 'warn', ...env })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString()
    })
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, said }
}

/** A port that nothing listens on. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(PORT_MIN, PORT_END)
    const probe = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => {
        resolve(false)
      })
      probe.listen(port, '127.0.0.1', () => {
        resolve(true)
      })
    })
    probe.close()
    if (isFree) return port
  }
}
