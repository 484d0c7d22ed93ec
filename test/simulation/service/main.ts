import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { endOnSignals, newScope } from '../../helpers/scope.js'
import { hasRedis } from './redis.js'
import {
  openGround,
  POLICIES,
  type Simulated,
  type SimulateOptions,
  simulate,
  simulateSteps
} from './simulate.js'

/** The command line of `npm run simulate`; answers with the exit code. */
export async function simulateByArguments(argv: string[], parent: string): Promise<number> {
  const { values } = parseArgs({
    args: argv,
    options: {
      seed: { type: 'string', default: '1' },
      steps: { type: 'string', default: '300' },
      policies: { type: 'string', default: 'all' },
      seeds: { type: 'string', default: '1' },
      replay: { type: 'string' },
      dist: { type: 'string', default: 'dist' },
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
        policies: values.policies === 'all' ? POLICIES : values.policies.split(','),
        redis: values.redis === 'on' || (values.redis === 'auto' && seed % 2 === 0 && hasRedis()),
        shortenings: Number(values.shorten),
        say
      }
      const begun = performance.now()
      const simulated = values.replay
        ? await simulateSteps(ground, JSON.parse(await readFile(values.replay, 'utf8')), options)
        : await simulate(ground, options)
      const seconds = Math.round((performance.now() - begun) / 1000)
      if (!(await report(simulated, options, seconds))) return 1
    }
    return 0
  } finally {
    await scope.end()
  }
}

async function report({ played, shortened }: Simulated, options: SimulateOptions, seconds: number) {
  const { seed, say, redis } = options
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
  await writeFile(file, JSON.stringify(shortened))
  say(`seed ${seed}, step ${played.wrong.at}: ${played.wrong.message}`)
  say(`${shortened.length} steps are enough; again with: npm run simulate -- --replay ${file}`)
  for (const step of shortened) say(JSON.stringify(step))
  return false
}
