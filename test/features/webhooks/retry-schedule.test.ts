import t from 'tap'
import { ATTEMPTS_MAX, judge, pauseAfter } from '../../../src/features/webhooks/retry-schedule.js'
import type { Outcome } from '../../../src/outbound/outbound.js'

const NOW = new Date('2030-01-01T00:00:00.000Z')
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const outcome = (fields: Partial<Outcome>): Outcome => ({
  statusCode: null,
  headers: {},
  body: '',
  latencyMs: 1,
  error: null,
  ...fields
})

await t.test('judge', async (t) => {
  await t.test('takes any whole answer of 2xx for a delivery, and no other', async (t) => {
    for (const statusCode of [200, 202, 204, 299]) {
      t.same(judge(outcome({ statusCode }), 1, NOW), { kind: 'delivered' })
    }
    for (const statusCode of [199, 300, 301, 400, 404, 500]) {
      t.match(judge(outcome({ statusCode }), 1, NOW), { kind: 'again' })
    }
    t.match(judge(outcome({ statusCode: 200, error: 'connection reset' }), 1, NOW), {
      kind: 'again'
    })
    t.match(judge(outcome({ error: 'connection refused' }), 1, NOW), { kind: 'again' })
    t.same(judge(outcome({ statusCode: 410 }), 1, NOW), { kind: 'gone' })
  })

  await t.test('waits 5 s, 5 m, 30 m, 2 h, 5 h, 10 h and 10 h, and a little more', async (t) => {
    const waits = [5_000, 5 * MINUTE_MS, 30 * MINUTE_MS, ...[2, 5, 10, 10].map((n) => n * HOUR_MS)]
    t.equal(ATTEMPTS_MAX, waits.length + 1)
    for (const [index, wait] of waits.entries()) {
      const failed = outcome({ statusCode: 500 })
      t.match(judge(failed, index + 1, NOW, 0), { waitMs: wait, pauseMs: null })
      t.match(judge(failed, index + 1, NOW, 10), { waitMs: Math.round(wait * 1.1) })
    }
    t.match(judge(outcome({ statusCode: 500 }), ATTEMPTS_MAX, NOW), { waitMs: null })
  })

  await t.test('obeys Retry-After of 429 and 503, within reason', async (t) => {
    const asked = (statusCode: number, text: string) =>
      judge(outcome({ statusCode, headers: { 'retry-after': text } }), 1, NOW, 0)
    t.match(asked(429, '120'), { waitMs: 120_000, pauseMs: 120_000 })
    t.match(asked(503, 'Tue, 01 Jan 2030 01:00:00 GMT'), { waitMs: HOUR_MS, pauseMs: HOUR_MS })
    t.match(asked(429, '0'), { waitMs: 5_000, pauseMs: 0 })
    t.match(asked(503, 'Tue, 01 Jan 2019 00:00:00 GMT'), { waitMs: 5_000, pauseMs: 0 })
    t.match(asked(429, '999999999'), { waitMs: 24 * HOUR_MS })
    for (const text of ['soon', '-5', '1.5', '']) {
      t.match(asked(429, text), { waitMs: 5_000 }, text)
    }
    t.match(asked(500, '120'), { waitMs: 5_000, pauseMs: null }, 'of others it means nothing')
  })
})

await t.test(
  'pauseAfter opens the circuit after five failures in a row, for a minute at most',
  async (t) => {
    t.same([1, 4, 5, 6, 7, 8, 9, 100, 10_000].map(pauseAfter), [
      null,
      null,
      5_000,
      10_000,
      20_000,
      40_000,
      60_000,
      60_000,
      60_000
    ])
  }
)
