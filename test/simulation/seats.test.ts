import fc from 'fast-check'
import t from 'tap'
import { policies } from '../../src/db/tables/policies.js'
import { PolicyDocument } from '../../src/policy/document.js'
import { createTestApp, type TestApp } from '../helpers/app.js'
import { compare, compareEvents } from './seats-compare.js'
import { type Game, startGame, take } from './seats-play.js'
import { begin, type Step, seatPolicy, step, timeZone } from './seats-policies.js'

const SEED = 20_261_127
const RUNS = 12
const STEPS = 40

const steps = fc.array(step, { minLength: STEPS, maxLength: STEPS })

/** A new organization under a new policy. */
async function open(app: TestApp, document: object, number: number, zone: string): Promise<Game> {
  const key = `seats_${number}`
  const policy = PolicyDocument.parse({ key, ...document })
  const createdAt = app.clock.now
  await app.deps.db.insert(policies).values({ key, version: 1, document: policy, createdAt })
  return startGame(app, { policy: key, rules: policy, timeZone: zone })
}

/** Nothing is sold before somebody has said for how much. */
function opening([first]: readonly Step[]): Step {
  if (!first) throw new Error('there are steps')
  return { ...first, verb: 'push', pushed: { ...first.pushed, status: 'ok', through: 'left_out' } }
}

await t.test('seats are what the statuses say, and every charge has one cause', async (t) => {
  const app = await createTestApp(t)
  const outcomes = new Map<string, number>()
  const kinds = new Map<string, number>()
  let games = 0
  const property = fc.asyncProperty(
    seatPolicy,
    timeZone,
    begin,
    steps,
    async (document, zone, start, steps) => {
      app.clock.now = new Date(start)
      const game = await open(app, document, games++, zone)
      for (const [index, one] of [opening(steps), ...steps].entries()) {
        const { said, expected } = await take(game, one)
        for (const code of said.split(',')) outcomes.set(code, (outcomes.get(code) ?? 0) + 1)
        const name = `step ${index}, ${one.verb}`
        if (said !== expected) throw new Error(`${name}: ${said} instead of ${expected}`)
        const wrong = await compare(game, one.verb)
        if (wrong.length > 0) throw new Error(`${name}: ${wrong.join('; ')}`)
      }
      const wrong = await compareEvents(game)
      if (wrong.length > 0) throw new Error(wrong.join('; '))
      for (const { kind } of game.ledger.entries) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
    }
  )
  const run = await fc.check(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  t.notOk(run.failed, `${String(run.errorInstance)} ${JSON.stringify(run.counterexample)}`)
  t.ok((outcomes.get('ok') ?? 0) > RUNS * 8, 'enough was done')
  t.ok(outcomes.size > 6, `and refused for many reasons: ${[...outcomes.keys()].join(', ')}`)
  t.equal(kinds.size, 6, `and everything became due that can: ${[...kinds.keys()].join(', ')}`)
})
