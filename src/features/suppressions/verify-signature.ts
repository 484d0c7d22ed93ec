import { timingSafeEqual } from 'node:crypto'
import { Webhook } from 'standardwebhooks'

/** How far the sender's clock may be from ours, and how long a delivery may be repeated. */
const TOLERANCE_MS = 5 * 60_000
const TIMESTAMP = /^\d{1,12}$/
const SIGNATURES_MAX = 10

/** Headers as they were sent, by their names in lower case. */
type Headers = Readonly<Record<string, string | string[] | undefined>>

interface Delivery {
  readonly headers: Headers
  /** The very bytes that were signed. */
  readonly raw: string
}

/**
 * Whether a delivery of Standard Webhooks was signed with this secret, just now. The library's own
 * check would ask the system for the time; here it is the call's.
 */
export function isSigned(secret: string, { headers, raw }: Delivery, now: Date): boolean {
  const id = headers['webhook-id']
  const timestamp = headers['webhook-timestamp']
  const signatures = headers['webhook-signature']
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signatures !== 'string') {
    return false
  }
  if (id === '' || !TIMESTAMP.test(timestamp)) return false
  const sentAt = new Date(Number(timestamp) * 1_000)
  if (Math.abs(now.getTime() - sentAt.getTime()) > TOLERANCE_MS) return false
  const expected = Buffer.from(new Webhook(secret).sign(id, sentAt, raw))
  return signatures
    .split(' ', SIGNATURES_MAX)
    .map((signature) => Buffer.from(signature))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}
