import t from 'tap'
import { percentOf } from '../../../src/features/credits/percent.js'

await t.test('percentOf rounds half up', async (t) => {
  const cases: [number, number, number][] = [
    [1_247, 2_000, 62],
    [0, 7, 0],
    [1, 200, 1],
    [1, 201, 0],
    [199, 200, 100],
    [-1, 200, 0],
    [-3, 200, -1],
    [-1, 100, -1],
    [-2, 300, -1],
    [300, 200, 150]
  ]
  for (const [part, whole, percent] of cases) t.equal(percentOf(part, whole), percent)
})

await t.test('and is exact where a hundred times an amount is not', async (t) => {
  const most = Number.MAX_SAFE_INTEGER
  t.equal(percentOf(most, most), 100)
  // Just below and just at a half: the hundredfold would be rounded to the same number.
  const whole = 9_007_199_254_740_800
  t.equal(percentOf((whole / 200) * 125, whole), 63)
  t.equal(percentOf((whole / 200) * 125 - 1, whole), 62)
})
