import { type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { idToUuid } from '../../ids.js'
import type { Policy } from '../../policy/document.js'
import { durationDays } from '../../policy/duration.js'
import { findGrant } from '../../policy/permissions.js'
import type { ReviewKind } from './review-kinds.js'

/** Whose access is looked at. */
export interface ReviewFilter {
  readonly groupId?: string | undefined
  readonly role?: string | undefined
}

/**
 * What there is to be found of a kind: a select of `since`, of the keys `id` and `beside` that it is
 * ordered by after that, and of `facts`, a JSON object. Undefined: this policy, or this filter, asks for
 * none of it.
 */
export type Section = readonly SQL[] | undefined

interface Asked {
  readonly organization: string
  readonly policy: Policy
  readonly now: Date
  readonly group: string | undefined
  readonly role: string | undefined
}

const DAY_MS = 86_400_000

export function sectionsOf(
  { organizationId, policy: { policy }, now }: OrgContext,
  { groupId, role }: ReviewFilter
): Readonly<Record<ReviewKind, Section>> {
  const group = groupId === undefined ? undefined : idToUuid('grp', groupId)
  const asked = { organization: idToUuid('org', organizationId), policy, now, group, role }
  return {
    dormant_member: dormant(asked),
    too_many_holders: tooManyHolders(asked),
    pending_member: pending(asked),
    suspended_member: suspended(asked),
    unused_grant: alone(unused(asked)),
    requested_resource: alone(requested(asked)),
    unheld_resource: alone(unheld(asked)),
    ownerless_resource: alone(ownerless(asked)),
    empty_group: alone(empty(asked))
  }
}

const alone = (rows: SQL | undefined): Section => rows && [rows]

/** Before when something must be for it to be a finding; undefined: it never is. */
function before({ now }: Asked, duration: string | null): SQL | undefined {
  if (duration === null) return undefined
  return sql`${new Date(now.getTime() - durationDays(duration) * DAY_MS)}::timestamptz`
}

const statusOf = ({ now }: Asked) =>
  sql`member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, ${now}::timestamptz)`

/** The same as `member_status_at` says of whoever is active, in words that the planner can weigh. */
const isActive = ({ now }: Asked) => sql`m.status <> 'removed' and (m.status = 'active'
  or m.status = 'reassignment_pending' and m.offer_lapses_to = 'active'
    and m.offer_expires_at <= ${now}::timestamptz)`

/** Of members `m`: those of the organization, and of the group and role that are looked at. */
function ofMembers({ organization, group, role }: Asked): SQL {
  return sql`m.organization_id = ${organization}
    ${role === undefined ? sql`` : sql`and m.role = ${role}`}
    ${
      group === undefined
        ? sql``
        : sql`and exists (select from group_members gm
      where gm.organization_id = m.organization_id and gm.group_id = ${group}
        and gm.member_id = m.id)`
    }`
}

const memberFacts = (asked: Asked) => sql`json_build_object('name', m.name, 'email', m.email,
  'role', m.role, 'status', ${statusOf(asked)}, 'invitation_id', m.invitation_id)`

/** Whoever was here once stands in one index, whoever never was in another. */
function dormant(asked: Asked): Section {
  const last = before(asked, asked.policy.access_review.dormant_after)
  if (last === undefined) return undefined
  const rest = sql`${ofMembers(asked)} and ${isActive(asked)}`
  return [
    sql`select m.last_active_at as since, m.id, m.id as beside, ${memberFacts(asked)} as facts from members m
    where m.last_active_at <= ${last} and ${rest}`,
    sql`select m.joined_at as since, m.id, m.id as beside, ${memberFacts(asked)} as facts from members m
    where m.last_active_at is null and m.joined_at <= ${last} and ${rest}`
  ]
}

/** Of the whole organization: a role's holders are no fewer where only some of them are looked at. */
function tooManyHolders(asked: Asked): Section {
  const { organization, policy, role } = asked
  const limits = policy.access_review.holders_max.filter(
    (limit) => role === undefined || limit.role === role
  )
  if (limits.length === 0 || asked.group !== undefined) return undefined
  const counted = limits.map(
    (limit) => sql`
      select 'epoch'::timestamptz as since, md5(${limit.role}::text)::uuid as id,
        md5(${limit.role}::text)::uuid as beside, json_build_object('role', ${limit.role}::text,
          'max', ${limit.max}::int, 'count', held.count) as facts
      from (select count(*)::int as count from members m
        where m.organization_id = ${organization} and m.role = ${limit.role}
          and ${isActive(asked)}) held
      where held.count > ${limit.max}`
  )
  return counted
}

const idle = (asked: Asked, last: SQL, isSuspended: boolean) => sql`
  select m.idle_since as since, m.id, m.id as beside, ${memberFacts(asked)} as facts from members m
  where m.idle_since is not null and (m.status = 'suspended') = ${sql.raw(String(isSuspended))}
    and m.idle_since <= ${last} and ${ofMembers(asked)}`

/** The offer may have run out: nobody has withdrawn it. One that was to be restored is over. */
function pending(asked: Asked): Section {
  const last = before(asked, asked.policy.access_review.pending_after)
  return last && [sql`${idle(asked, last, false)} and ${statusOf(asked)} <> 'active'`]
}

function suspended(asked: Asked): Section {
  const last = before(asked, asked.policy.access_review.suspended_after)
  return last && [idle(asked, last, true)]
}

const RESOURCE_FACTS = sql`'name', r.name, 'external_id', r.external_id, 'kind', r.kind`

/** Only where the host tells of uses at all: else nothing would ever have been used. */
function unused(asked: Asked): SQL | undefined {
  const { organization } = asked
  const last = before(asked, asked.policy.access_review.unused_grant_after)
  if (last === undefined) return undefined
  return sql`
    select coalesce(g.last_used_at, g.created_at) as since, g.resource_id as id,
      g.member_id as beside, json_build_object(${RESOURCE_FACTS}, 'email', m.email) as facts
    from resource_grants g
    join resources r on r.organization_id = g.organization_id and r.id = g.resource_id
    join members m on m.organization_id = g.organization_id and m.id = g.member_id
    where g.organization_id = ${organization} and coalesce(g.last_used_at, g.created_at) <= ${last}
      and exists (select from resource_grants told
        where told.organization_id = ${organization} and told.last_used_at is not null)
      and r.status = 'active' and ${isActive(asked)} and ${ofMembers(asked)}`
}

/** Looked at by group or role: what one of those members waits for. */
function requested(asked: Asked): SQL | undefined {
  const { organization, group, role } = asked
  const last = before(asked, asked.policy.access_review.pending_after)
  if (last === undefined) return undefined
  const waiting = sql`exists (select from resource_grants g
    join members m on m.organization_id = g.organization_id and m.id = g.member_id
    where g.organization_id = r.organization_id and g.resource_id = r.id and ${ofMembers(asked)})`
  return sql`
    select r.created_at as since, r.id, r.id as beside,
      json_build_object(${RESOURCE_FACTS}) as facts
    from resources r
    where r.organization_id = ${organization} and r.status = 'requested' and r.created_at <= ${last}
      ${group === undefined && role === undefined ? sql`` : sql`and ${waiting}`}`
}

/** Nobody has it, so nobody's group or role leads to it. */
const isNarrowed = ({ group, role }: Asked) => group !== undefined || role !== undefined

/** What is usually had by one person alone. */
function unheld(asked: Asked): SQL | undefined {
  const kinds = asked.policy.resources.kinds.filter(({ modes: [usual] }) => usual?.exclusive)
  if (kinds.length === 0 || isNarrowed(asked)) return undefined
  const none = ['resource_grants', 'resource_group_grants'].map(
    (table) => sql`not exists (select from ${sql.identifier(table)} g
      where g.organization_id = r.organization_id and g.resource_id = r.id)`
  )
  return ofKinds(asked, kinds, sql.join(none, sql` and `))
}

/** Where some role settles whatever anybody owns, nothing is left alone. */
function ownerless(asked: Asked): SQL | undefined {
  const { roles, resources } = asked.policy
  const kinds = resources.kinds.filter(({ owners }) => owners)
  const isSettled = roles.some(
    ({ permissions }) => findGrant(new Set(permissions), 'resource.settings') !== undefined
  )
  if (kinds.length === 0 || isSettled || isNarrowed(asked)) return undefined
  return ofKinds(
    asked,
    kinds,
    sql`not exists (select from resource_owners o
      where o.organization_id = r.organization_id and o.resource_id = r.id)`
  )
}

/** With whoever has had it longest: they can own it. */
const ofKinds = (
  { organization }: Asked,
  kinds: readonly { readonly key: string }[],
  that: SQL
) => sql`
  select r.created_at as since, r.id, r.id as beside, json_build_object(${RESOURCE_FACTS},
    'holder_id', (select g.member_id from resource_grants g
      where g.organization_id = r.organization_id and g.resource_id = r.id
      order by g.created_at, g.member_id limit 1)) as facts
  from resources r
  where r.organization_id = ${organization} and r.status = 'active'
    and r.kind in (${sql.join(
      kinds.map(({ key }) => sql`${key}`),
      sql`, `
    )}) and ${that}`

function empty({ organization, group, role }: Asked): SQL | undefined {
  if (role !== undefined) return undefined
  return sql`
    select e.created_at as since, e.id, e.id as beside,
      json_build_object('name', e.name, 'external_id', e.external_id) as facts
    from groups e
    where e.organization_id = ${organization}
      ${group === undefined ? sql`` : sql`and e.id = ${group}`}
      and not exists (select from group_members gm
        where gm.organization_id = e.organization_id and gm.group_id = e.id)`
}
