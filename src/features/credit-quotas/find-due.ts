import { type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { POOL_HOLDER } from '../../db/tables/credits.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { monthAt } from './month.js'
import { usableBalance } from './quota.js'
import { seatsToFill } from './waiting.js'

/**
 * Organizations whose mode is `monthly_quota` and where somebody waits for a refill. One that was
 * told of a short pool this month is due again when the pool has enough: else a few of them would
 * keep the others waiting.
 */
export async function findDue(db: Db, now: Date, limit: number): Promise<string[]> {
  const zones = await findTimeZones(db)
  if (zones.length === 0) return []
  const months = zones.map((zone) => monthAt(now, zone).firstDay)
  const seats = seatsToFill({
    organizationId: sql`quotas.id`,
    firstDay: sql`here.month`,
    roleAmounts: sql`quotas.role_amounts`,
    now
  })
  const { rows } = await db.execute<{ id: string }>(sql`
    ${WITH_QUOTAS}
    select quotas.id from quotas
    join unnest(${sql.param(zones)}::text[], ${sql.param(months)}::date[]) as here(time_zone, month)
      on here.time_zone = quotas.time_zone
    left join credit_accounts on credit_accounts.organization_id = quotas.id
      and credit_accounts.holder_id = ${idToUuid('mem', POOL_HOLDER)}
    cross join lateral (select sum(seats.amount) as needed from ${seats}) waiting
    where quotas.short_for is distinct from here.month and waiting.needed is not null
      or waiting.needed <= ${usableBalance(now)}
    order by quotas.id limit ${limit}`)
  return rows.map(({ id }) => uuidToId('org', id))
}

/**
 * Time zones are those of the runtime, which knows others than the database: so the months of all
 * that are in use are computed here.
 */
async function findTimeZones(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ zone: string }>(
    sql`${WITH_QUOTAS} select distinct time_zone as zone from quotas`
  )
  return rows.map(({ zone }) => zone)
}

/** By the newest version of each policy: `creditModeOf` for all organizations. */
const WITH_QUOTAS: SQL = sql`
  with offers as (
    select distinct on (key) key, document -> 'credits' as credits
    from policies order by key, version desc),
  offering as (
    select key, credits -> 'modes' as modes,
      coalesce(credits -> 'role_amounts', '[]'::jsonb) as role_amounts
    from offers
    where credits ->> 'kind' = 'pool' and credits -> 'modes' ? 'monthly_quota'),
  choosing as (
    select organization_id as id from credit_settings where mode = 'monthly_quota'
    union
    select o.id from offering join organizations o on o.policy_key = offering.key
    where modes ->> 0 = 'monthly_quota'),
  quotas as (
    select o.id, o.time_zone, s.short_for, offering.role_amounts
    from choosing
    join organizations o on o.id = choosing.id and o.status = 'active'
    join offering on offering.key = o.policy_key
    left join credit_settings s on s.organization_id = o.id
    where case when offering.modes ? s.mode then s.mode else offering.modes ->> 0 end = 'monthly_quota')`
