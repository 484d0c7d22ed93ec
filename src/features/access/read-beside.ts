import { sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { idToUuid } from '../../ids.js'
import { runQuery } from '../events/queries.js'
import type { FoundRow } from './read-findings.js'
import type { Beside } from './review-mends.js'

/** Holders of one role whose requests are told at once. */
const SURPLUS_MAX = 10

/** Asks for what these findings need, and for nothing where they need nothing. */
export async function readBeside(
  db: Db,
  ctx: OrgContext,
  rows: readonly FoundRow[]
): Promise<Beside> {
  const needed = ctx.policy.policy.roles.filter(
    ({ key, min }) =>
      min > 0 && rows.some(({ kind, facts }) => kind === 'dormant_member' && facts.role === key)
  )
  const holders = await countHolders(
    db,
    ctx,
    needed.map(({ key }) => key)
  )
  const surplus = await findSurplus(
    db,
    ctx,
    rows.filter(({ kind }) => kind === 'too_many_holders')
  )
  return {
    holdersOf: (role) => holders.get(role) ?? Number.POSITIVE_INFINITY,
    surplusOf: (role) => surplus.get(role) ?? []
  }
}

const isActive = (now: Date) => sql`m.status <> 'removed'
  and member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, ${now}::timestamptz) = 'active'`

async function countHolders(
  db: Db,
  { organizationId, now }: OrgContext,
  roles: readonly string[]
): Promise<ReadonlyMap<string, number>> {
  if (roles.length === 0) return new Map()
  const rows = await runQuery<{ role: string; count: number }>(
    db,
    sql`select m.role, count(*)::int as count from members m
      where m.organization_id = ${idToUuid('org', organizationId)}
        and m.role = any (${sql.param([...roles])}) and ${isActive(now)}
      group by 1`
  )
  return new Map(rows.map(({ role, count }) => [role, count]))
}

/** Of each role as many as are too many. */
async function findSurplus(
  db: Db,
  { organizationId, now }: OrgContext,
  found: readonly FoundRow[]
): Promise<ReadonlyMap<string, readonly string[]>> {
  if (found.length === 0) return new Map()
  const wanted = found.map(({ facts: { role = '', count = 0, max = 0 } }) => {
    return { role, surplus: Math.min(count - max, SURPLUS_MAX) }
  })
  const rows = await runQuery<{ role: string; ids: string[] }>(
    db,
    sql`select one.role, array(
        select m.id from members m
        where m.organization_id = ${idToUuid('org', organizationId)} and m.role = one.role
          and ${isActive(now)}
        order by coalesce(m.last_active_at, m.joined_at), m.id limit one.surplus) as ids
      from json_to_recordset(${JSON.stringify(wanted)}::json) as one(role text, surplus int)`
  )
  return new Map(rows.map(({ role, ids }) => [role, ids]))
}
