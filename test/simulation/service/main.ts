import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { endOnSignals, newScope } from '../../helpers/scope.js'
import { hasRedis } from './redis.js'
import {
  drawnPolicies,
  type Ground,
  openGround,
  POLICIES,
  type Sequence,
  type Simulated,
  type SimulateOptions,
  simulate,
  simulateSteps
} from './simulate.js'
import { GROUP_NAMES } from './steps.js'

/** The command line of `npm run simulate`; answers with the exit code. */
export async function simulateByArguments(argv: string[], parent: string): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      seed: { type: 'string', default: '1' },
      steps: { type: 'string', default: '300' },
      policies: { type: 'string', default: 'drawn' },
      focus: { type: 'string', default: '' },
      seeds: { type: 'string', default: '1' },
      replay: { type: 'string' },
      dist: { type: 'string', default: 'dist/bundle' },
      redis: { type: 'string', default: 'auto' },
      shorten: { type: 'string', default: '40' }
    }
  })
  const say = (line: string) => void process.stdout.write(`${line}\n`)
  const scope = newScope()
  endOnSignals(scope)
  try {
    const dist = resolve(values.dist)
    const ground = await openGround(scope, parent, dist)
    for (let n = 0; n < Number(values.seeds); n += 1) {
      const seed = Number(values.seed) + n
      const options: SimulateOptions = {
        seed,
        steps: Number(values.steps),
        policies: policiesFrom(values.policies, seed),
        focus: GROUP_NAMES.filter((name) => values.focus.split(',').includes(name)),
        redis: values.redis === 'on' || (values.redis === 'auto' && seed % 2 === 0 && hasRedis()),
        shortenings: Number(values.shorten),
        say
      }
      const begun = performance.now()
      const simulated = values.replay
        ? await replay(ground, values.replay, options)
        : await simulate(ground, options)
      const seconds = Math.round((performance.now() - begun) / 1000)
      if (!(await report(simulated, options, seconds))) return 1
    }
    return 0
  } finally {
    await scope.end()
  }
}

/** Steps that were written down, on what they were played on. */
export async function replay(ground: Ground, file: string, options: SimulateOptions) {
  const { steps, ...on } = JSON.parse(await readFile(file, 'utf8')) as Sequence
  return simulateSteps(ground, steps, { ...options, ...on })
}

function policiesFrom(said: string, seed: number): readonly string[] {
  if (said === 'drawn') return drawnPolicies(seed)
  return said === 'all' ? POLICIES : said.split(',')
}

async function report({ played, shortened }: Simulated, options: SimulateOptions, seconds: number) {
  const { seed, say, redis, policies } = options
  const tally = (counts: ReadonlyMap<string, number>) =>
    [...counts]
      .map(([name, count]) => `${name} ${count}`)
      .sort()
      .join(', ')
  if (!played.wrong) {
    say(
      `seed ${seed}: ${played.steps} steps, ${seconds} s${redis ? ', with Redis' : ''}, as the model says`
    )
    say(`  faults: ${tally(played.faults)}`)
    if (process.env['SIMULATE_VERBOSE']) say(`  answers: ${tally(played.outcomes)}`)
    return true
  }
  const file = `simulation-${seed}.json`
  const sequence: Sequence = { policies, redis, steps: shortened }
  await writeFile(file, JSON.stringify(sequence))
  say(`seed ${seed}, step ${played.wrong.at}: ${played.wrong.message}`)
  say(`${shortened.length} steps are enough; again with: npm run simulate -- --replay ${file}`)
  for (const step of shortened) say(JSON.stringify(step))
  return false
}
