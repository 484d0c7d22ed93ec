import type { Db } from './client.js'
import type { Statement } from './statement.js'

/** What of the deployment waits to be done; numbers of rows end at `COUNT_MAX`. */
export interface Backlog {
  readonly jobsOpen: number
  readonly jobsDue: number
  readonly jobsFailed: number
  readonly oldestJobS: number
  readonly deliveriesPending: number
  readonly oldestDeliveryS: number
  readonly sealLagS: number
}

/** A look must cost the same however much has piled up. */
const COUNT_MAX = 10_000

const READ: Statement = {
  name: 'read_backlog',
  text: `
    select
      (select count(*) from (
        select from jobs where failed_at is null limit ${COUNT_MAX}) open)::int as "jobsOpen",
      (select count(*) from (
        select from jobs where failed_at is null and hand_over_at <= $1
        limit ${COUNT_MAX}) due)::int as "jobsDue",
      (select count(*) from (
        select from jobs where failed_at is not null limit ${COUNT_MAX}) failed)::int as "jobsFailed",
      (select extract(epoch from greatest('0', $1 - min(hand_over_at))) from jobs
        where failed_at is null)::float8 as "oldestJobS",
      (select count(*) from (
        select from webhook_deliveries where status = 'pending'
        limit ${COUNT_MAX}) pending)::int as "deliveriesPending",
      (select extract(epoch from greatest('0', $1 - min(first.next_attempt_at)))
        from webhook_endpoints endpoint cross join lateral (
          select next_attempt_at from webhook_deliveries
          where endpoint_id = endpoint.id and status = 'pending'
          order by next_attempt_at limit 1) first
        where endpoint.enabled)::float8 as "oldestDeliveryS",
      (select extract(epoch from greatest('0', $1 - occurred_at)) from events
        where position > (select position from event_sealing)
        order by position limit 1)::float8 as "sealLagS"`
}

/** One statement of bounded cost, for whoever watches a deployment. */
export async function readBacklog(db: Pick<Db, 'run'>, now: Date): Promise<Backlog> {
  const [row] = await db.run<{ [Name in keyof Backlog]: number | null }>(READ, [now])
  if (!row) throw new Error('a select without from answers with one row')
  return {
    jobsOpen: row.jobsOpen ?? 0,
    jobsDue: row.jobsDue ?? 0,
    jobsFailed: row.jobsFailed ?? 0,
    oldestJobS: row.oldestJobS ?? 0,
    deliveriesPending: row.deliveriesPending ?? 0,
    oldestDeliveryS: row.oldestDeliveryS ?? 0,
    sealLagS: row.sealLagS ?? 0
  }
}
