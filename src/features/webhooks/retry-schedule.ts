import { randomInt } from 'node:crypto'
import type { Outcome } from '../../outbound/outbound.js'

const SECOND_MS = 1_000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/** How long to wait after the n-th failed attempt; after the last one a delivery has failed. */
const WAITS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  10 * HOUR_MS
]

/** Up to this much longer, so that what failed together does not come back together. */
const JITTER_PERCENT = 10

/** A consumer who asks for longer is not obeyed: what waits would be worth nothing. */
const RETRY_AFTER_MAX_MS = DAY_MS

/** After so many failures in a row the circuit is open: only now and then one is tried. */
export const FAILURES_BEFORE_PAUSE = 5
const PAUSE_FIRST_MS = 5 * SECOND_MS
const PAUSE_MAX_MS = MINUTE_MS

/** An endpoint at which nothing has succeeded for so long is disabled. */
export const FAILING_MAX_MS = 5 * DAY_MS

/** How often a delivery is tried by itself. */
export const ATTEMPTS_MAX = WAITS_MS.length + 1

/** What an attempt means for its delivery and its endpoint. */
export type Ruling =
  | { readonly kind: 'delivered' }
  /** The consumer says that it is not there any more. */
  | { readonly kind: 'gone' }
  /** Null: not again. */
  | { readonly kind: 'again'; readonly waitMs: number | null; readonly pauseMs: number | null }

/**
 * Judges an attempt. Any whole answer of 2xx is a delivery, 410 ends the endpoint; of 429 and 503 the consumer may say
 * when it wants to be asked again, which then holds for all that waits for it.
 */
export function judge(
  { statusCode, headers, error }: Outcome,
  attempt: number,
  now: Date,
  jitter: number = randomInt(JITTER_PERCENT + 1)
): Ruling {
  if (error === null && isGood(statusCode)) return { kind: 'delivered' }
  if (statusCode === 410) return { kind: 'gone' }
  const wait = WAITS_MS[attempt - 1]
  const mayAsk = statusCode === 429 || statusCode === 503
  const asked = mayAsk ? readRetryAfter(headers['retry-after'], now) : null
  return {
    kind: 'again',
    waitMs:
      wait === undefined ? null : Math.max(Math.round((wait * (100 + jitter)) / 100), asked ?? 0),
    pauseMs: asked
  }
}

const isGood = (statusCode: number | null) =>
  statusCode !== null && statusCode >= 200 && statusCode < 300

/** For how long nobody tries after so many failures in a row; null: the circuit stays closed. */
export function pauseAfter(failures: number): number | null {
  const over = failures - FAILURES_BEFORE_PAUSE
  return over < 0 ? null : Math.min(PAUSE_FIRST_MS * 2 ** Math.min(over, 10), PAUSE_MAX_MS)
}

/** Seconds, or an instant as HTTP writes them; in milliseconds from now. */
function readRetryAfter(header: string | undefined, now: Date): number | null {
  if (header === undefined) return null
  const text = header.trim()
  const ms = /^\d{1,9}$/.test(text) ? Number(text) * SECOND_MS : Date.parse(text) - now.getTime()
  return Number.isNaN(ms) ? null : Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS)
}
