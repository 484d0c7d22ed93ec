import t from 'tap'
import { createCongestion } from '../../src/http/congestion.js'

/** A process that answers so many a second, the first that came first, while so many come. */
function play(waitMs: number) {
  let now = 0
  const congestion = createCongestion(waitMs, () => now)
  const open: { readonly at: number; readonly end: () => void }[] = []
  const waits: number[] = []
  let [refused, due, free] = [0, 0, 0]
  const come = () => {
    if (congestion.isTooMuch()) refused += 1
    else open.push({ at: now, end: congestion.begin() })
  }
  return {
    congestion,
    come,
    /** Answers with how many were refused, and how long the last that was answered has waited. */
    second(coming: number, answered: number) {
      refused = 0
      for (let step = 0; step < 1_000; step += 1) {
        now += 1
        for (due += coming / 1_000; due >= 1; due -= 1) come()
        for (free += answered / 1_000; free >= 1; free -= 1) {
          const [first] = open.splice(0, 1)
          first?.end()
          if (first) waits.push(now - first.at)
        }
      }
      return { refused, waited: waits.at(-1) ?? 0, open: open.length }
    }
  }
}

await t.test('what can be done is let in, whatever the rate', async (t) => {
  for (const rate of [1, 30, 200, 3_000]) {
    const game = play(2_000)
    for (let time = 0; time < 20; time += 1) t.equal(game.second(rate, rate * 1.1).refused, 0)
  }
})

await t.test('a burst is no overload, a standing queue is', async (t) => {
  const game = play(2_000)
  for (let time = 0; time < 5; time += 1) game.second(10, 100)
  for (let time = 0; time < 150; time += 1) game.come()
  t.ok(game.congestion.underWay() >= 150, 'nobody is refused')
  t.equal(game.second(10, 100).refused, 0)
  t.equal(game.second(10, 100).refused, 0)
})

await t.test(
  'at twice of what can be done nobody waits for much longer than is told',
  async (t) => {
    const game = play(2_000)
    for (let time = 0; time < 5; time += 1) game.second(50, 100)
    for (let time = 0; time < 5; time += 1) game.second(200, 100)
    for (let time = 0; time < 60; time += 1) {
      const { refused, waited, open } = game.second(200, 100)
      t.ok(refused > 60 && refused < 140, `${refused} refused`)
      t.ok(waited < 3_000, `${waited} ms`)
      t.ok(open < 300, `${open} under way`)
    }
    game.second(50, 100)
    t.equal(game.second(50, 100).refused, 0, 'and then all are let in again')
    for (let time = 0; time < 5; time += 1) game.second(50, 100)
    t.ok(game.second(50, 100).open < 10)
  }
)

await t.test(
  'where nothing is answered any more the few that are always let in may try',
  async (t) => {
    const game = play(2_000)
    for (let time = 0; time < 5; time += 1) game.second(100, 110)
    for (let time = 0; time < 3; time += 1) game.second(100, 0)
    t.ok(game.second(100, 0).refused > 90)
    const { refused, open } = game.second(100, 1_000)
    t.ok(open < 60, `${open} under way`)
    t.ok(refused < 90)
  }
)

await t.test('0: nothing is too much; to end twice is to end once', async (t) => {
  const game = play(0)
  for (let time = 0; time < 5; time += 1) t.equal(game.second(1_000, 10).refused, 0)
  const congestion = createCongestion(2_000)
  const end = congestion.begin()
  congestion.begin()
  end()
  end()
  t.equal(congestion.underWay(), 1)
})
