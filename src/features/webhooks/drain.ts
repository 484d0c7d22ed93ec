import { and, eq, isNull, lte, or } from 'drizzle-orm'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { afterAttempt, type Circuit } from './circuit.js'
import type { DueDelivery } from './find-due.js'
import { FAILURES_BEFORE_PAUSE, judge } from './retry-schedule.js'
import { openRecipient, type Recipient, sendDelivery } from './send-delivery.js'
import type { Attempted } from './write-outcomes.js'

/** Requests to one endpoint at a time. It begins with a few, and each success lets one more in. */
const CONCURRENCY_MAX = 32
const CONCURRENCY_FIRST = 4

/** What one drain knows: everything else is read again each time. */
export interface Drain {
  readonly deps: Deps
  readonly endpointId: string
  /** Nothing new is begun: the process stops, or somebody else may hold the endpoint. */
  readonly stop: AbortSignal
  /** What is under way is given up too. */
  readonly abort: AbortSignal
  recipient: Recipient
  circuit: Circuit
  /** The circuit as the endpoint's row has it. */
  written: Circuit
  successes: number
  readonly unwritten: Attempted[]
}

/** Enabled, and nobody asked to be left alone. */
export async function findOpen(
  { db, now }: Deps,
  id: string
): Promise<WebhookEndpointRow | undefined> {
  const isOpen = or(isNull(webhookEndpoints.pausedUntil), lte(webhookEndpoints.pausedUntil, now()))
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), eq(webhookEndpoints.enabled, true), isOpen))
  return row
}

/** Whether another attempt may begin; a look at the endpoint tells what has been changed meanwhile. */
export async function isStillOpen(drain: Drain): Promise<boolean> {
  if (!isOpen(drain)) return false
  const endpoint = await findOpen(drain.deps, drain.endpointId)
  if (endpoint) drain.recipient = openRecipient(drain.deps, endpoint, drain.deps.now())
  return endpoint !== undefined
}

export const isOpen = ({ stop, circuit, deps }: Drain): boolean =>
  !stop.aborted &&
  circuit.end === undefined &&
  (circuit.pausedUntil === null || circuit.pausedUntil <= deps.now())

/** While the circuit is half open, one attempt tells whether the consumer is back. */
export const room = ({ circuit, successes }: Drain): number =>
  circuit.failures >= FAILURES_BEFORE_PAUSE
    ? 1
    : Math.min(CONCURRENCY_FIRST + successes, CONCURRENCY_MAX)

/** Sends one, and notes what became of it; whether it got through, or cannot be sent any more. */
export async function attempt(drain: Drain, { row, event }: DueDelivery): Promise<boolean> {
  const { deps, abort } = drain
  const at = deps.now()
  if (!event) {
    drain.unwritten.push({ row, at, outcome: undefined, status: 'discarded', nextAttemptAt: null })
    return true
  }
  const outcome = await sendDelivery(deps, drain.recipient, event, abort)
  // Given up half-way: it stays pending, as nobody knows whether it arrived.
  if (abort.aborted) return false
  const ended = deps.now()
  const ruling = judge(outcome, row.attempts + 1, ended)
  drain.circuit = afterAttempt(drain.circuit, ruling, ended)
  if (ruling.kind === 'delivered') drain.successes += 1
  const waitMs = ruling.kind === 'again' ? ruling.waitMs : null
  const status = ruling.kind === 'delivered' ? 'delivered' : waitMs === null ? 'failed' : 'pending'
  const nextAttemptAt = waitMs === null ? null : new Date(ended.getTime() + waitMs)
  deps.metrics.webhookDuration.observe({ outcome: status }, outcome.latencyMs / 1_000)
  drain.unwritten.push({ row, at, outcome, status, nextAttemptAt })
  return ruling.kind === 'delivered'
}
