import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { newScope } from '../helpers/scope.js'
import { hasRedis } from '../simulation/service/redis.js'
import { drawnPolicies, openGround, simulate } from '../simulation/service/simulate.js'
import { type LoadOptions, proveLoad } from './load.js'

export interface ProofOptions extends LoadOptions {
  /** Of the parts; none: all of them. */
  readonly only: readonly string[]
  readonly minutes: number
  /** Of a simulation; `seed` is the first one, each after it is one more. */
  readonly steps: number
}

/** What was done in a part of the time, and what was wrong. */
export interface Part {
  readonly name: string
  readonly runs: number
  readonly failures: readonly string[]
}

const MINUTE_MS = 60_000
/** Of the whole time: new seeds, then what kills processes under load, then fuzz. */
const SHARES = { simulate: 0.6, kills: 0.3, fuzz: 0.1 }
const KILLS = ['crash', 'ledger-crash', 'webhook-crash', 'bulk-crash', 'mail-retry'].map(
  (name) => `test/processes/${name}.test.ts`
)
const FUZZ = 'test/fuzz'

/** Each part until its time is over; each begins at least once. The load has a time of its own. */
export async function prove(options: ProofOptions): Promise<readonly Part[]> {
  const within = (share: number) => performance.now() + options.minutes * MINUTE_MS * share
  const wants = (name: string) => options.only.length === 0 || options.only.includes(name)
  const parts: Part[] = []
  if (wants('simulate')) parts.push(await playSeeds(options, within(SHARES.simulate)))
  if (wants('kills')) {
    parts.push(await repeat('kills', within(SHARES.kills), () => runTests(KILLS)))
  }
  if (wants('fuzz') && existsSync(FUZZ)) {
    parts.push(await repeat('fuzz', within(SHARES.fuzz), () => runTests([FUZZ])))
  }
  if (wants('load')) parts.push(await proveLoad(options))
  for (const { name, runs, failures } of parts) {
    options.say(`${name}: ${runs} runs, ${failures.length} failures`)
  }
  return parts
}

async function playSeeds(options: ProofOptions, end: number): Promise<Part> {
  const { parent, seed: first, steps, say } = options
  const scope = newScope()
  const failures: string[] = []
  let seed = first
  try {
    const ground = await openGround(scope, parent, resolve('dist/bundle'))
    do {
      const redis = seed % 2 === 0 && hasRedis()
      const setting = { seed, steps, policies: drawnPolicies(seed), redis, shortenings: 40, say }
      const { played, shortened } = await simulate(ground, setting)
      if (played.wrong) {
        failures.push(`seed ${seed}: ${played.wrong.message} ${JSON.stringify(shortened)}`)
      }
      say(`seed ${seed}: ${played.wrong?.message ?? 'as the model says'}`)
      seed += 1
    } while (performance.now() < end)
  } finally {
    await scope.end()
  }
  return { name: 'simulate', runs: seed - first, failures }
}

async function repeat(name: string, end: number, run: () => Promise<boolean>): Promise<Part> {
  const failures: string[] = []
  let runs = 0
  do {
    runs += 1
    if (!(await run())) failures.push(`run ${runs} failed`)
  } while (performance.now() < end)
  return { name, runs, failures }
}

async function runTests(files: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, ['test/run.mjs', ...files], { stdio: 'inherit' })
  const [code] = (await once(child, 'close')) as [number | null]
  return code === 0
}
