import { quantile } from './load-figures.js'
import { type Load, type Run, run } from './load-run.js'

const FIRST_RATE = 40
const GROWTH = 1.5
const STEPS_MAX = 14
const STEP_SECONDS = 10
/** Narrows down between the last step that held and the first that did not. */
const HALVINGS = 2
const P99_MAX_MS = 1_000
/** Of what was to be answered. */
const ANSWERED_MIN = 0.98

/** Raises the rate until answers are late, refused, missing or do not follow; requests a second. */
export async function measureCapacity(load: Load, say: (line: string) => void): Promise<number> {
  const holds = async (rate: number) => {
    const step = await run(load, rate, STEP_SECONDS)
    const why = whyNot(step)
    say(`  ${Math.round(rate)}/s: ${why ?? `p99 ${Math.round(p99(step))} ms`}`)
    return why === undefined
  }
  // What is compiled and connected by the first requests is not what capacity is about.
  await run(load, FIRST_RATE, STEP_SECONDS)
  let [low, high] = [0, FIRST_RATE]
  for (let step = 0; step < STEPS_MAX && (await holds(high)); step += 1) {
    low = high
    high *= GROWTH
  }
  if (low === 0) throw new Error(`not even ${FIRST_RATE} requests a second are served in time`)
  for (let halving = 0; halving < HALVINGS; halving += 1) {
    const middle = (low + high) / 2
    if (await holds(middle)) low = middle
    else high = middle
  }
  return low
}

const p99 = ({ of: { done } }: Run) =>
  quantile(
    done.map(({ value }) => value),
    0.99
  )

/** Why this is more than is served well; undefined: it is not. */
function whyNot(step: Run): string | undefined {
  const { done, refused, unanswered, wrong } = step.of
  if (wrong.length > 0) throw new Error(`while capacity is measured: ${step.told.join('; ')}`)
  if (refused.length > 0) return `${refused.length} refused`
  if (unanswered.length > 0) return `${unanswered.length} not answered`
  const late = p99(step)
  if (late > P99_MAX_MS) return `p99 ${Math.round(late)} ms`
  const inTime = done.filter(({ at, value }) => at + value / 1000 <= step.seconds).length
  return inTime < ANSWERED_MIN * step.sent
    ? `${inTime} of ${step.sent} answered meanwhile`
    : undefined
}
