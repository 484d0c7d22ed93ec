import { type SQL, sql } from 'drizzle-orm'
import { rowReader } from '../../db/rows.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { ResourceStatus } from '../../db/tables/resources.js'

/** Told of each member; how many there are is told beside. */
const LISTED_MAX = 100

export interface HeldResource {
  readonly id: string
  readonly external_id: string | null
  readonly kind: string
  readonly name: string | null
  readonly status: ResourceStatus
  readonly mode: string
}

export interface JoinedGroup {
  readonly id: string
  readonly external_id: string | null
  readonly name: string
}

/** What its accounts add up to. */
export interface HeldCredits {
  readonly balance: number
  readonly held: number
  readonly spent: number
  readonly used: number
  readonly requests: number
}

/** A member, and what lies on its seat; ids as the database has them. */
export interface DetailedMember {
  readonly member: MemberRow
  readonly resources: readonly HeldResource[]
  readonly resourcesCount: number
  readonly groups: readonly JoinedGroup[]
  /** Null: it never had any. */
  readonly credits: HeldCredits | null
  /** Of the member that asks; null: the host asks, or it has gone. */
  readonly actingRole: string | null
}

/**
 * For a select from `members`: what lies on the seat of each, looked up for the rows that are told and no
 * others. `actingId`: who asks.
 */
export function detailColumns(actingId: string | undefined): SQL {
  return sql`
    (select json_agg(granted order by granted.id) from (
      select r.id, r.external_id, r.kind, r.name, r.status, g.mode
      from resource_grants g
      join resources r on r.organization_id = g.organization_id and r.id = g.resource_id
      where g.organization_id = ${members.organizationId} and g.member_id = ${members.id}
      order by g.resource_id limit ${LISTED_MAX}) granted) as held_resources,
    (select count(*)::int from resource_grants g
      where g.organization_id = ${members.organizationId} and g.member_id = ${members.id}
    ) as resources_count,
    (select json_agg(joined order by joined.id) from (
      select g.id, g.external_id, g.name
      from group_members j
      join groups g on g.organization_id = j.organization_id and g.id = j.group_id
      where j.organization_id = ${members.organizationId} and j.member_id = ${members.id}
      order by j.group_id limit ${LISTED_MAX}) joined) as joined_groups,
    (select json_build_object('balance', a.balance, 'held', a.held, 'spent', a.spent,
        'used', a.used, 'requests', a.requests)
      from credit_accounts a
      where a.organization_id = ${members.organizationId} and a.holder_id = ${members.id}
    ) as held_credits,
    ${actingId === undefined ? sql`null` : roleOf(actingId)} as acting_role`
}

const roleOf = (id: string) => sql`(select acting.role from members acting
  where acting.organization_id = ${members.organizationId}
    and acting.id = ${sql.param(id, members.id)})`

export interface RawDetails extends Record<string, unknown> {
  readonly held_resources: readonly HeldResource[] | null
  readonly resources_count: number
  readonly joined_groups: readonly JoinedGroup[] | null
  readonly held_credits: HeldCredits | null
  readonly acting_role: string | null
}

const readMember = rowReader(members)

export const readDetails = (raw: RawDetails): DetailedMember => ({
  member: readMember(raw),
  resources: raw.held_resources ?? [],
  resourcesCount: raw.resources_count,
  groups: raw.joined_groups ?? [],
  credits: raw.held_credits,
  actingRole: raw.acting_role
})
