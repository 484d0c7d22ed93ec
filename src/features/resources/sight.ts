import { or, type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { resources } from '../../db/tables/resources.js'
import { idToUuid } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import type { DecidingActor } from '../../policy/decision.js'
import type { Policy } from '../../policy/document.js'

/** Whether somebody sees every resource, and not only what they have. */
export const seesAll = (policy: Policy, actor: DecidingActor): boolean =>
  decide(policy, actor, { type: 'use', permission: 'resource.view' }).allowed

/** The same of the acting member, by the role that it has when the statement runs. */
export function seesAllSql({ organizationId, actor, policy: { policy } }: OrgContext): SQL {
  if (actor.type !== 'member') return sql`true`
  const { id } = actor
  const roles = policy.roles
    .map(({ key }) => key)
    .filter((role) => seesAll(policy, { kind: 'member', id, role, channel: null }))
  return sql`exists (select from members acting
    where acting.organization_id = ${idToUuid('org', organizationId)}
      and acting.id = ${idToUuid('mem', id)}
      and acting.role = any(${sql.param(roles)}::text[]))`
}

/** For a select from `resources`: what whoever asks may see; undefined: everything. */
export function visibleTo(ctx: OrgContext): SQL | undefined {
  const { organizationId, actor } = ctx
  if (actor.type !== 'member') return undefined
  return or(
    seesAllSql(ctx),
    isOneOf(ownedBy(organizationId, actor.id)),
    isOneOf(heldBy(organizationId, actor.id))
  )
}

export const isOneOf = (ids: SQL): SQL => sql`${resources.id} in (${ids})`

/** Ids of what a member owns. */
export const ownedBy = (organizationId: string, memberId: string): SQL =>
  sql`select owned.resource_id from resource_owners owned
    where owned.organization_id = ${idToUuid('org', organizationId)}
      and owned.member_id = ${idToUuid('mem', memberId)}`

/** Ids of what a member has, by a group too. */
export const heldBy = (organizationId: string, memberId: string): SQL =>
  sql`select held.resource_id from resource_grants held
    where held.organization_id = ${idToUuid('org', organizationId)}
      and held.member_id = ${idToUuid('mem', memberId)}
    union all
    select shared.resource_id from group_members within
    join resource_group_grants shared on shared.organization_id = within.organization_id
      and shared.group_id = within.group_id
    where within.organization_id = ${idToUuid('org', organizationId)}
      and within.member_id = ${idToUuid('mem', memberId)}`

/** Ids of what a group has. */
export const sharedWith = (organizationId: string, groupId: string): SQL =>
  sql`select shared.resource_id from resource_group_grants shared
    where shared.organization_id = ${idToUuid('org', organizationId)}
      and shared.group_id = ${idToUuid('grp', groupId)}`

/** Whether a member is in a group. */
export const isWithin = (organizationId: string, memberId: string, groupId: string): SQL =>
  sql`exists (select from group_members within
    where within.organization_id = ${idToUuid('org', organizationId)}
      and within.group_id = ${idToUuid('grp', groupId)}
      and within.member_id = ${idToUuid('mem', memberId)})`
