import t from 'tap'
import { shorten } from './service/shorten.js'
import { stepsOf } from './service/steps.js'

const TEN = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

await t.test('what is not needed for a failure is left out', async (t) => {
  let attempts = 0
  const fails = async (some: readonly number[]) => {
    attempts += 1
    return some.includes(3) && some.includes(8)
  }
  t.same(await shorten(TEN, fails, 100), [3, 8])
  attempts = 0
  const bounded = await shorten(TEN, fails, 3)
  t.equal(attempts, 3)
  t.ok(bounded.includes(3) && bounded.includes(8), 'what is left fails, however few attempts')
})

await t.test('a seed is always the same steps, another seed is others', async (t) => {
  t.same(stepsOf(7, 50), stepsOf(7, 50))
  t.same(stepsOf(7, 50).slice(0, 10), stepsOf(7, 10))
  t.not(JSON.stringify(stepsOf(7, 10)), JSON.stringify(stepsOf(8, 10)))
})
