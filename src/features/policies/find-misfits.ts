import { type SQL, sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { uuidToId } from '../../ids.js'
import type { Policy } from '../../policy/document.js'
import { type RoleMapping, uuidsOf } from './role-moves.js'

/** How many are listed. */
const LISTED_MAX = 100

/** Why a role does not fit into a policy. */
export const MISFITS = [
  /** Members have it, or are offered it, and it would be gone. */
  'unknown_role',
  /** The organization has a role of its own of that key. */
  'custom_role_exists',
  'too_many_holders',
  'too_few_holders'
] as const

export interface MisfitRole {
  readonly role: string
  /** How many have it or are offered it; for a least number, how many are active. */
  readonly members: number
  readonly reason: (typeof MISFITS)[number]
}

export interface Misfits {
  readonly organizations: readonly {
    readonly organization_id: string
    readonly roles: readonly MisfitRole[]
  }[]
  /** Of how many organizations in all. */
  readonly total: number
}

interface Asked {
  readonly organizationIds: readonly string[]
  readonly policy: Policy
  readonly mapping: RoleMapping
  readonly now: Date
}

/**
 * What would be wrong in organizations that follow a policy, once roles have moved as the mapping
 * says. True until the commit where they are locked.
 */
export async function findMisfits(tx: Tx, asked: Asked): Promise<Misfits> {
  const { rows } = await tx.execute<{ id: string; total: number; roles: MisfitRole[] }>(sql`
    with ${heldAfter(asked)}, misfits as (
      select held.organization_id, held.role, held.members, 'unknown_role' as reason
      from held
      where held.role not in (select key from wanted) and not exists (
        select from custom_roles own
        where own.organization_id = held.organization_id and own.key = held.role)
      union all
      select own.organization_id, own.key, coalesce(held.members, 0), 'custom_role_exists'
      from custom_roles own
      join wanted on wanted.key = own.key
      left join held on held.organization_id = own.organization_id and held.role = own.key
      where own.organization_id = any(${uuidsOf(asked.organizationIds)})
        and own.key not in (select "from" from moves)
      union all
      select held.organization_id, held.role, held.holders, 'too_many_holders'
      from held join wanted on wanted.key = held.role
      where held.holders > wanted.max
      union all
      select followers.id, wanted.key, coalesce(held.active, 0), 'too_few_holders'
      from unnest(${uuidsOf(asked.organizationIds)}) followers(id)
      join wanted on wanted.min > 0
      left join held on held.organization_id = followers.id and held.role = wanted.key
      where coalesce(held.active, 0) < wanted.min)
    select organization_id as id, (count(*) over ())::int as total, json_agg(
      json_build_object('role', role, 'members', members, 'reason', reason)
      order by role, reason) as roles
    from misfits group by organization_id order by organization_id limit ${LISTED_MAX}`)
  const organizations = rows.map(({ id, roles }) => ({
    organization_id: uuidToId('org', id),
    roles
  }))
  return { organizations, total: rows[0]?.total ?? 0 }
}

/** Who has which role once all have moved: an offer that ran out holds none, but can be renewed. */
function heldAfter({ organizationIds, policy, mapping, now }: Asked): SQL {
  const wanted = policy.roles.map(({ key, min, max }) => ({ key, min, max }))
  const moves = Object.entries(mapping).map(([from, to]) => ({ from, to }))
  return sql`
    wanted as (
      select key, min, max from json_to_recordset(${JSON.stringify(wanted)}::json)
        as given(key text, min integer, max integer)),
    moves as (
      select "from", "to" from json_to_recordset(${JSON.stringify(moves)}::json)
        as given("from" text, "to" text)),
    statuses as (
      select m.organization_id, coalesce(moves."to", m.role) as role, member_status_at(
        m.status, m.offer_expires_at, m.offer_lapses_to, ${now.toISOString()}) as status
      from members m left join moves on moves."from" = m.role
      where m.organization_id = any(${uuidsOf(organizationIds)}) and m.status <> 'removed'),
    held as (
      select organization_id, role, count(*)::int as members,
        (count(*) filter (where status = 'active'))::int as active,
        (count(*) filter (where status <> 'invitation_expired'))::int as holders
      from statuses group by 1, 2)`
}
