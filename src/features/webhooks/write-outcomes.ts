import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import type { DeliveryStatus } from '../../db/tables/webhooks.js'
import type { Outcome } from '../../outbound/outbound.js'
import type { DueDelivery } from './find-due.js'

/** What became of an attempt; without an outcome none was made, as there is nothing to send. */
export interface Attempted {
  readonly row: DueDelivery['row']
  readonly at: Date
  readonly outcome: Outcome | undefined
  readonly status: DeliveryStatus
  readonly nextAttemptAt: Date | null
}

/**
 * Of a delivery that somebody has asked for again, or that has been discarded, meanwhile the attempt
 * is noted, and nothing else.
 */
const WRITE: Statement = {
  // Planned each time, for as many as there are among as many as there are.
  name: undefined,
  text: `
    with given as materialized (
      select * from json_to_recordset($1::json) as given(
        organization_id uuid, id uuid, attempts integer, status text, at timestamptz,
        next_attempt_at timestamptz, was_sent boolean, latency_ms integer, status_code integer,
        headers jsonb, body text, error text)),
    written as (
      update webhook_deliveries d
      set status = g.status, attempts = d.attempts + g.was_sent::integer,
        next_attempt_at = g.next_attempt_at,
        ended_at = case when g.next_attempt_at is null then g.at end
      from given g
      where d.organization_id = g.organization_id and d.id = g.id and d.status = 'pending'
        and d.attempts = g.attempts)
    insert into webhook_attempts (organization_id, delivery_id, number, attempted_at, latency_ms,
      status_code, response_headers, response_body, error)
    select g.organization_id, g.id, 1 + coalesce((
        select max(a.number) from webhook_attempts a
        where a.organization_id = g.organization_id and a.delivery_id = g.id), 0),
      g.at, g.latency_ms, g.status_code, g.headers, g.body, g.error
    from given g
    where g.was_sent and exists (
      select from webhook_deliveries d where d.organization_id = g.organization_id and d.id = g.id)
    on conflict do nothing`
}

/** Notes any number of attempts, each with what becomes of its delivery, in one statement. */
export async function writeOutcomes(db: Db, attempted: readonly Attempted[]): Promise<void> {
  if (attempted.length === 0) return
  const rows = attempted.map(({ row, at, outcome, status, nextAttemptAt }) => ({
    organization_id: row.organizationUuid,
    id: row.uuid,
    attempts: row.attempts,
    status,
    at,
    next_attempt_at: nextAttemptAt,
    was_sent: outcome !== undefined,
    ...(outcome && answerOf(outcome))
  }))
  await db.run(WRITE, [JSON.stringify(rows)])
}

/** As it was: what sends has made it fit to be stored. Without an answer there is none to store. */
const answerOf = ({ statusCode, headers, body, latencyMs, error }: Outcome) => ({
  latency_ms: Math.round(latencyMs),
  status_code: statusCode,
  ...(statusCode === null ? {} : { headers, body }),
  error
})
