import { sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { durationDays } from '../../policy/duration.js'

const DAY_MS = 86_400_000
/** Where events lie that are never dropped. */
export const FOREVER = new Date('9999-01-01T00:00:00.000Z')

/** When the part of the log is dropped in which an event of this instant lies. */
export function keepUntil(now: Date, retention: string | null): Date {
  if (retention === null) return FOREVER
  return nextMonth(new Date(now.getTime() + durationDays(retention) * DAY_MS))
}

/** The first instant of the month after the one of this. */
export const nextMonth = (at: Date) => new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1))

/** Where something happened, for whoever does not know the organization's policy. */
export async function placeIn(db: Db, organizationId: string) {
  const retentionOf = await findRetentions(db, [organizationId])
  return { organizationId, retention: retentionOf(organizationId) }
}

/** How long organizations keep events, as their policies say. */
export async function findRetentions(
  db: Db,
  organizationIds: readonly string[]
): Promise<(organizationId: string) => string | null> {
  const uuids = organizationIds.map((id) => idToUuid('org', id))
  const { rows } = await db.execute<{ id: string; retention: string | null }>(sql`
    select o.id, (
      select p.document #>> '{audit,retention}' from policies p where p.key = o.policy_key
      order by p.version desc limit 1) as retention
    from organizations o where o.id = any(${sql.param(uuids)}::uuid[])`)
  const known = new Map(rows.map(({ id, retention }) => [uuidToId('org', id), retention]))
  return (organizationId) => known.get(organizationId) ?? null
}

/** Until when an organization's log is no longer whole; null: nothing of it was dropped yet. */
export async function findHorizon(db: Db, organizationId: string): Promise<Date | null> {
  const { rows } = await db.execute<{ over: string | null }>(sql`
    select max(last_occurred_at) as over from event_seals
    where organization_id = ${idToUuid('org', organizationId)} and digests is null`)
  const over = rows[0]?.over
  return over == null ? null : new Date(over)
}
