import { TIMEOUT_MS } from './load-client.js'
import { growthOf, isFlat, median, quantile, type Sample, windowsOf } from './load-figures.js'
import type { Run } from './load-run.js'

const MINUTE_S = 60
/** Of a run: in a single minute one pause of the machine is most of what the slowest hundredth was. */
const STRETCH_S = 5 * MINUTE_S
const P99_TIMES_MAX = 2
/** Of what a process has: more is no noise of the collector any more. */
const GROWTH_MAX = 0.15
const OVERLOADED_TIMES_MAX = 3
const REFUSAL_P99_MAX_MS = 1_000
/** What is still served while twice as much is asked, of the capacity. */
const SERVED_MIN = 0.5
const MIB = 2 ** 20

export interface Judged {
  readonly figures: Readonly<Record<string, unknown>>
  readonly failures: readonly string[]
}

const valuesOf = (samples: readonly Sample[]) => samples.map(({ value }) => value)
const p99Of = (values: readonly number[]) => Math.round(quantile(values, 0.99))
const mib = (bytes: number) => Math.round(bytes / MIB)

/** The p99 of each whole window of so many seconds of a run. */
const p99sOf = ({ of: { done }, seconds }: Run, window: number) =>
  windowsOf(done, window, seconds).map(p99Of)
export const minutesOf = (run: Run) => p99sOf(run, MINUTE_S)

/** At half of the capacity: everything as expected, as fast as at first, with no more memory. */
export function judgeHalf(half: Run): Judged {
  const { refused, unanswered, wrong } = half.of
  const minutes = minutesOf(half)
  const [first = 0] = minutes
  // As many as there are whole ones, each a little longer: the end of a run counts as well.
  const count = Math.max(1, Math.floor(half.seconds / STRETCH_S))
  const stretches = p99sOf(half, Math.floor(half.seconds / count))
  const slow = stretches.filter((ms) => ms > P99_TIMES_MAX * first).length
  const memory = { api: half.watched.apiMemory, worker: half.watched.workerMemory }
  const growing = Object.entries(memory).filter(
    ([, samples]) => !isFlat(growthOf(samples), GROWTH_MAX)
  )
  const bad = refused.length + unanswered.length + wrong.length
  return {
    figures: {
      ...common(half),
      p99OfMinutes: minutes,
      p99OfStretches: stretches,
      pendingDeliveries: growthOf(half.watched.pendingDeliveries)
    },
    failures: [
      ...(bad === 0 ? [] : [`${bad} requests failed at half: ${half.told.join('; ')}`]),
      ...(slow === 0
        ? []
        : [`${slow} stretches are slower than twice the first minute: ${stretches.join()}`]),
      ...growing.map(([name, of]) => `${name} grows: ${JSON.stringify(growthOf(of))}`),
      ...half.watched.unhealthy
    ]
  }
}

/** At twice the capacity: refuses quickly and says so, serves what it lets in, and lives. */
export function judgeOverload(over: Run, half: Run, capacity: number): Judged {
  const { done, refused, unanswered, wrong } = over.of
  const served = done.length / over.seconds
  const refusals = p99Of(valuesOf(refused))
  const slowest = Math.round(Math.max(0, ...lastOf(done)))
  const most = Math.max(...valuesOf(over.watched.apiMemory))
  const usual = median(valuesOf(half.watched.apiMemory))
  const rules: readonly (readonly [isSo: boolean, otherwise: string])[] = [
    [refused.length > 0, 'nothing was refused'],
    [wrong.length === 0, `${wrong.length} wrong answers: ${over.told.join('; ')}`],
    [unanswered.length === 0, `${unanswered.length} without an answer: ${over.told.join('; ')}`],
    [refusals <= REFUSAL_P99_MAX_MS, `refusals take ${refusals} ms`],
    [slowest <= TIMEOUT_MS, `what was let in took ${slowest} ms`],
    [served >= SERVED_MIN * capacity, `only ${Math.round(served)} a second were served`],
    [most <= OVERLOADED_TIMES_MAX * usual, `memory has grown to ${mib(most)} MiB`],
    [over.watched.unhealthy.length === 0, over.watched.unhealthy.slice(0, 3).join('; ')]
  ]
  return {
    figures: { ...common(over), served: Math.round(served), refusalsP99: refusals, slowest },
    failures: rules.flatMap(([isSo, otherwise]) => (isSo ? [] : [`at twice: ${otherwise}`]))
  }
}

/** Without spreading: there are more than a call can take. */
function lastOf(samples: readonly Sample[]): readonly number[] {
  return [samples.reduce((most, { value }) => Math.max(most, value), 0)]
}

const RECOVERY_WINDOW_S = 5

/** After how many seconds all is as it was: nothing refused, as fast as twice the first minute. */
export function recoveredAfter(after: Run, firstP99: number): number | undefined {
  const { done, refused, unanswered, wrong } = after.of
  const slow = done.filter(({ value }) => value > P99_TIMES_MAX * firstP99)
  const windows = windowsOf(done, RECOVERY_WINDOW_S, after.seconds)
  const isBad = windows.map((values, index) => {
    const within = ({ at }: Sample) => Math.floor(at / RECOVERY_WINDOW_S) === index
    const failed = [refused, unanswered, wrong].some((samples) => samples.some(within))
    return failed || slow.filter(within).length > values.length / 100
  })
  // A second bad one on its own is the machine's, not a load that is left.
  const good = isBad.findIndex((bad, index) => !bad && isBad[index + 1] === false)
  return good < 0 ? undefined : good * RECOVERY_WINDOW_S
}

/** What is told of each run. */
export function common({ rate, seconds, sent, of, watched, generatorLateMs }: Run) {
  const done = valuesOf(of.done)
  return {
    rate: Math.round(rate),
    seconds,
    sent,
    done: of.done.length,
    refused: of.refused.length,
    unanswered: of.unanswered.length,
    busy: of.busy.length,
    wrong: of.wrong.length,
    p50: Math.round(quantile(done, 0.5)),
    p99: p99Of(done),
    eventLoopP99: p99Of(watched.eventLoopMs),
    apiMib: rangeOf(watched.apiMemory),
    workerMib: rangeOf(watched.workerMemory),
    generatorLateMs: Math.round(generatorLateMs)
  }
}

/** At first, in the middle of all, at most. */
function rangeOf(samples: readonly Sample[]) {
  const values = valuesOf(samples)
  return [values.at(0) ?? 0, median(values), Math.max(0, ...values)].map(mib)
}
