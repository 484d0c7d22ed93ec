import t from 'tap'
import { chance } from '../simulation/chance.js'
import { judge } from './load-client.js'
import { growthOf, isFlat, quantile, type Sample, slopeOf, windowsOf } from './load-figures.js'
import { judgeHalf, judgeOverload, recoveredAfter } from './load-judge.js'
import type { Run } from './load-run.js'
import { arrivals, sendAll } from './load-schedule.js'

const MIB = 2 ** 20

await t.test('arrivals come at random, as many as were asked for', async (t) => {
  const due = [...arrivals(200, 60, chance(1))]
  t.ok(Math.abs(due.length - 12_000) < 400, `${due.length} in a minute`)
  t.same(
    due,
    due.toSorted((one, other) => one - other)
  )
  t.ok((due.at(-1) ?? 0) < 60_000)
  const gaps = due.slice(1).map((at, index) => at - (due[index] ?? 0))
  // Of an exponential distribution with a mean of 5 ms.
  t.ok(Math.abs(quantile(gaps, 0.5) - 5 * Math.LN2) < 0.3, `${quantile(gaps, 0.5)} ms`)
  t.ok(Math.abs(quantile(gaps, 0.99) - 5 * Math.log(100)) < 2.5, `${quantile(gaps, 0.99)} ms`)
  t.same([...arrivals(200, 60, chance(1))], due, 'the same for the same seed')
})

await t.test('what is due is measured from when it was due, however late it is sent', async (t) => {
  let now = 1_000
  const clock = {
    now: () => now,
    // Whatever is waited for comes after half a second at the earliest.
    wait: async (ms: number) => void (now += Math.max(ms, 500))
  }
  const sent: number[][] = []
  const late = await sendAll([10, 20, 700], (dueAt) => sent.push([dueAt, now]), clock)
  t.same(sent, [
    [1_010, 1_500],
    [1_020, 1_500],
    [1_700, 2_000]
  ])
  t.equal(late, 490)
})

await t.test('whoever is late lets answers be read', async (t) => {
  let now = 0
  let waits = 0
  const clock = {
    now: () => now,
    wait: async (ms: number) => {
      waits += 1
      now += ms
    }
  }
  const due = Array.from({ length: 1_000 }, () => 0)
  let sent = 0
  await sendAll(due, () => (sent += 1), clock)
  t.equal(sent, 1_000)
  t.ok(waits >= 60, `${waits} pauses`)
})

const everySecond = (count: number, value: (at: number) => number): Sample[] =>
  Array.from({ length: count }, (_, at) => ({ at, value: value(at) }))

await t.test('a line is fitted, and what is flat is told from what grows', async (t) => {
  t.equal(slopeOf(everySecond(100, (at) => 7 + 3 * at)), 3)
  t.equal(slopeOf([]), 0)
  t.equal(slopeOf([{ at: 1, value: 5 }]), 0)
  const noise = (at: number) => (at % 7) * MIB
  const settled = everySecond(400, (at) => (at < 90 ? 50 + at : 150) * MIB + noise(at))
  t.ok(isFlat(growthOf(settled), 0.15), 'growing while it warms up is no growth')
  const leak = everySecond(400, (at) => 150 * MIB + at * MIB * 0.2 + noise(at))
  const growth = growthOf(leak)
  t.notOk(isFlat(growth, 0.15))
  t.ok(Math.abs(growth.byFit - 60 * MIB) < 4 * MIB, `${growth.byFit / MIB} MiB`)
  t.ok(Math.abs(growth.byQuarters - 40 * MIB) < 4 * MIB, `${growth.byQuarters / MIB} MiB`)
})

await t.test('quantiles and windows', async (t) => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index)
  t.same(
    [0, 0.5, 0.99, 1].map((share) => quantile(hundred, share)),
    [1, 50, 99, 100]
  )
  t.equal(quantile([], 0.99), 0)
  const windows = windowsOf(
    everySecond(100, (at) => at),
    30,
    100
  )
  t.same(
    windows.map((values) => [values.length, values[0]]),
    [
      [30, 0],
      [30, 30],
      [30, 60]
    ],
    'one that is not whole tells nothing'
  )
})

await t.test('only who says when to come again has refused', async (t) => {
  const said = (status: number, code: string, retryAfter?: string) =>
    judge({ expected: 200 }, { status, code, retryAfter })
  t.equal(said(200, ''), 'done')
  t.equal(said(503, 'overloaded', '1'), 'refused')
  t.equal(said(429, 'ledger_busy', '1'), 'refused')
  t.equal(said(409, 'idempotency_key_in_use'), 'busy')
  t.equal(said(503, 'overloaded'), 'wrong')
  t.equal(said(503, 'database_away', '1'), 'wrong')
  t.equal(said(429, 'rate_limited', '1'), 'wrong', 'this key has no limit')
  t.equal(said(500, 'internal', '1'), 'wrong')
  t.equal(said(201, ''), 'wrong')
})

const watched = (memory: (at: number) => number): Run['watched'] => ({
  apiMemory: everySecond(240, memory),
  workerMemory: everySecond(240, () => 100 * MIB),
  eventLoopMs: [],
  pendingDeliveries: [],
  unhealthy: []
})

function runOf(fields: Partial<Run['of']>, memory: (at: number) => number = () => 150 * MIB): Run {
  const of = { done: [], refused: [], unanswered: [], busy: [], wrong: [], ...fields }
  const told = of.wrong.length > 0 ? ['spend: 500'] : []
  const rest = { rate: 10, seconds: 240, sent: 0, generatorLateMs: 0 }
  return { ...rest, of, told, watched: watched(memory) }
}

const steady = everySecond(240, () => 20)
const one: Sample[] = [{ at: 3, value: 20 }]

await t.test('half of the capacity is judged', async (t) => {
  const failuresOf = (run: Run) => judgeHalf(run).failures
  t.same(failuresOf(runOf({ done: steady })), [])
  t.match(failuresOf(runOf({ done: steady, refused: one })), [/^1 requests failed/])
  t.match(failuresOf(runOf({ done: steady, unanswered: one })), [/^1 requests failed/])
  t.match(failuresOf(runOf({ done: steady, wrong: one })), [/^1 requests failed.*spend: 500/])
  const slower = everySecond(240, (at) => (at < 120 ? 20 : 41))
  t.match(failuresOf(runOf({ done: slower })), [/^1 stretches are slower .* first minute: 41/])
  const long = (value: (at: number) => number, seconds = 1200) => ({
    ...runOf({ done: everySecond(seconds, value) }),
    seconds
  })
  const pause = long((at) => (at >= 700 && at < 702 ? 500 : 20))
  t.same(failuresOf(pause), [], 'one pause of the machine is no load that slows it down')
  const tired = long((at) => (at < 900 ? 20 : 41))
  t.match(failuresOf(tired), [/^1 stretches are slower .*: 20,20,20,41/])
  const tiredLate = long((at) => (at < 500 ? 20 : 41), 540)
  t.match(failuresOf(tiredLate), [/^1 stretches are slower/], 'also after the last whole one')
  t.match(failuresOf(runOf({ done: steady }, (at) => (150 + at) * MIB)), [/^api grows/])
})

await t.test('as is twice the capacity', async (t) => {
  const half = runOf({ done: steady })
  const failuresOf = (run: Run, capacity = 2) => judgeOverload(run, half, capacity).failures
  t.same(failuresOf(runOf({ done: steady, refused: one })), [])
  t.match(failuresOf(runOf({ done: steady })), [/nothing was refused/])
  t.match(failuresOf(runOf({ done: steady, refused: one, wrong: one })), [/1 wrong.*spend: 500/])
  t.match(failuresOf(runOf({ done: steady, refused: one, unanswered: one })), [/1 without/])
  t.match(failuresOf(runOf({ done: steady, refused: [{ at: 1, value: 1_500 }] })), [/take 1500 ms/])
  const slow = [...steady, { at: 9, value: 11_000 }]
  t.match(failuresOf(runOf({ done: slow, refused: one })), [/let in took 11000 ms/])
  t.match(failuresOf(runOf({ done: steady, refused: one }), 3), [/only 1 a second/])
  const grown = runOf({ done: steady, refused: one }, (at) => (150 + 2 * at) * MIB)
  t.match(failuresOf(grown), [/grown to 628 MiB/])
})

await t.test('and when all is well again', async (t) => {
  const slowAtFirst = everySecond(240, (at) => (at < 12 ? 300 : 20))
  t.equal(recoveredAfter(runOf({ done: steady }), 20), 0)
  t.equal(recoveredAfter(runOf({ done: slowAtFirst }), 20), 15)
  t.equal(recoveredAfter(runOf({ done: steady, refused: [{ at: 31, value: 1 }] }), 20), 0)
  t.equal(recoveredAfter(runOf({ done: everySecond(240, () => 300) }), 20), undefined)
})
