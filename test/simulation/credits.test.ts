import fc from 'fast-check'
import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { conservation, secondInstance } from '../helpers/credits.js'
import { compareCredits } from './credits-compare.js'
import { playRound, startCrowd } from './credits-crowd.js'
import { type Mode, startCreditGame, takeCreditStep } from './credits-play.js'
import { creditStep } from './credits-steps.js'

const SEED = 20_270_114
const RUNS = 10
const STEPS = 50
const ROUNDS = 8

const steps = fc.array(creditStep, { minLength: STEPS, maxLength: STEPS })
const mode = fc.constantFrom<Mode>('allocated', 'allocated', 'shared_pool')

/** What the steps are to come upon. */
const OUTCOMES = [
  'top_up',
  'allocate',
  'reclaim',
  'move',
  'spend',
  'hold',
  'capture',
  'release',
  'refund',
  'insufficient_credits',
  'credit_amount_too_large',
  'unknown_member',
  'unknown_transfer',
  'hold_ended',
  'hold_expired',
  'exceeds_hold',
  'exceeds_spend',
  'idempotency_key_reused',
  'not_done'
]

await t.test('one by one, credits move as the rules say', async (t) => {
  const app = await createTestApp(t)
  const seen = new Map<string, number>()
  const property = fc.asyncProperty(mode, steps, async (mode, steps) => {
    const game = await startCreditGame(app, mode)
    for (const [index, step] of steps.entries()) {
      const { said, expected } = await takeCreditStep(game, step)
      const wrong = [
        ...said.map((one, n) => (one === expected[n] ? '' : `${one} instead of ${expected[n]}`)),
        ...(await compareCredits(game)),
        ...(await conservation(app.deps.db, game.org.id))
      ].filter((one) => one !== '')
      if (wrong.length > 0) throw new Error(`step ${index}, ${step.what}: ${wrong.join('; ')}`)
    }
    for (const [name, count] of game.seen) seen.set(name, (seen.get(name) ?? 0) + count)
  })
  const run = await fc.check(property, { seed: SEED, numRuns: RUNS, endOnFailure: true })
  t.notOk(run.failed, `seed ${SEED}, run ${run.numRuns}: ${String(run.errorInstance)}`)
  const told = [...seen].map(([name, count]) => `${name} ${count}`).join(', ')
  for (const name of OUTCOMES) t.ok((seen.get(name) ?? 0) > 0, `${name} is among ${told}`)
})

for (const mode of ['allocated', 'shared_pool']) {
  await t.test(`many at once over two instances lose no credit: ${mode}`, async (t) => {
    const app = await createTestApp(t)
    const second = await secondInstance(t, app)
    const crowd = await startCrowd(app, [app.call, second.call], mode)
    for (let round = 0; round < ROUNDS; round += 1) {
      const seed = SEED + 1_000 * round
      const wrong = await playRound(crowd, seed)
      t.same(wrong.slice(0, 10), [], `seed ${seed}`)
      if (wrong.length > 0) break
    }
    t.ok(crowd.done.size > ROUNDS * 30, `${crowd.done.size} were done`)
    const replayed = [...crowd.keys.values()].filter(({ ids }) => ids.length > 1)
    t.ok(replayed.length > ROUNDS, `${replayed.length} keys were answered again`)
  })
}
