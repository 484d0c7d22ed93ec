import { setTimeout as sleep } from 'node:timers/promises'
import type { Chance } from '../simulation/chance.js'

/** Below this Node's timers wait no less. */
const TICK_MS = 1
/** Whoever is late sends so many at once at most, so that answers are read meanwhile. */
const BURST_MAX = 16
const PARTS = 2 ** 30

/**
 * When requests are due, in milliseconds from the beginning: independent callers come at random, so
 * the gaps between them are drawn from the exponential distribution.
 */
export function* arrivals(rate: number, seconds: number, chance: Chance): Generator<number> {
  for (let at = 0; ; ) {
    at += (-Math.log(1 - chance.below(PARTS) / PARTS) / rate) * 1000
    if (at >= seconds * 1000) return
    yield at
  }
}

export interface Clock {
  /** Milliseconds that only ever grow. */
  now(): number
  wait(ms: number): Promise<unknown>
}

const CLOCK: Clock = { now: () => performance.now(), wait: sleep }

/**
 * Sends what is due when it is due, whatever became of what was sent before; `send` is told the
 * instant at which its request was due, which is the one to measure from: a request that is sent
 * late has waited all the same. Answers with how late the latest was sent, in milliseconds.
 */
export async function sendAll(
  due: Iterable<number>,
  send: (dueAt: number) => void,
  clock: Clock = CLOCK
): Promise<number> {
  const begun = clock.now()
  let latest = 0
  let burst = 0
  for (const at of due) {
    let left = begun + at - clock.now()
    if (left < TICK_MS) burst += 1
    if (burst >= BURST_MAX) left = Math.max(left, TICK_MS)
    while (left >= TICK_MS) {
      await clock.wait(left)
      burst = 0
      left = begun + at - clock.now()
    }
    latest = Math.max(latest, clock.now() - begun - at)
    send(begun + at)
  }
  return latest
}
