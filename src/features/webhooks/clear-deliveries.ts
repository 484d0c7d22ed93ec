import { sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { idToUuid } from '../../ids.js'

/** Rows of one statement; each may have some attempts. */
export const DELIVERIES_MAX = 5_000

/** Deletes deliveries of endpoints that are gone, as far as a statement goes; tells how many. */
export async function deleteDeliveries(db: Db, endpointIds: readonly string[]): Promise<number> {
  const uuids = endpointIds.map((id) => idToUuid('whe', id))
  const { rows } = await db.execute<{ count: number }>(sql`
    with these as materialized (
      select organization_id, id from webhook_deliveries
      where endpoint_id = any(${sql.param(uuids)}::uuid[])
      order by endpoint_id, id limit ${DELIVERIES_MAX} for update),
    deleted as (
      delete from webhook_deliveries d using these
      where d.organization_id = these.organization_id and d.id = these.id returning d.id)
    select count(*)::int as count from deleted`)
  return rows[0]?.count ?? 0
}

/** Discards what waits for endpoints that get nothing, as far as a statement goes; tells how many. */
export async function discardPending(
  db: Db,
  endpointIds: readonly string[],
  now: Date
): Promise<number> {
  const uuids = endpointIds.map((id) => idToUuid('whe', id))
  const { rows } = await db.execute<{ count: number }>(sql`
    with these as materialized (
      select organization_id, id from webhook_deliveries
      where endpoint_id = any(${sql.param(uuids)}::uuid[]) and status = 'pending'
      order by endpoint_id, next_attempt_at, position limit ${DELIVERIES_MAX} for update),
    discarded as (
      update webhook_deliveries d set status = 'discarded', next_attempt_at = null,
        ended_at = ${now.toISOString()}::timestamptz
      from these where d.organization_id = these.organization_id and d.id = these.id
      returning d.id)
    select count(*)::int as count from discarded`)
  return rows[0]?.count ?? 0
}
