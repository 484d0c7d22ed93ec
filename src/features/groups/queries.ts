import { and, type Column, eq, getTableColumns, inArray, or, type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { type GroupRow, groupMembers, groups } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { idPattern } from '../../ids.js'
import { decide } from '../../policy/decide.js'
import type { Decision } from '../../policy/decision.js'
import { enforce } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import { type LockedOrganization, lockOrganization } from '../organizations/queries.js'

const GROUP_ID = new RegExp(idPattern('grp'))

export const isGroup = (organizationId: string, id: string) =>
  and(eq(groups.organizationId, organizationId), eq(groups.id, id))

/** A group, and how many are in it: whoever is removed from the organization leaves its groups. */
export type CountedGroup = GroupRow & { readonly membersCount: number }

/** For a select from `groups`. */
export const membersCount = sql<number>`(select count(*)::int from group_members counted
  where counted.organization_id = groups.organization_id and counted.group_id = groups.id)`

/** @throws Problem not_found */
export async function findGroup(
  db: Db,
  { organizationId }: Pick<OrgContext, 'organizationId'>,
  id: string
): Promise<CountedGroup> {
  const [row] = await db
    .select({ ...getTableColumns(groups), membersCount })
    .from(groups)
    .where(isGroup(organizationId, id))
  if (!row) throw notFound()
  return row
}

/**
 * First thing in every command on groups: they change no membership of the organization, but whoever
 * is being removed from it must not get into one of its groups meanwhile.
 *
 * @throws Problem not_found when the acting member has gone, not_permitted, not_entitled
 */
export async function lockToManageGroups(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext
): Promise<LockedOrganization> {
  const organization = await lockOrganization(deps, tx, ctx, ctx)
  enforce(mayManageGroups(organization))
  return organization
}

/** Whether the acting member may put people into groups, and the plan has them. */
export function mayManageGroups({ policy: { policy }, actor, row }: LockedOrganization): Decision {
  const action = { type: 'use', permission: 'group.manage' } as const
  return decide(policy, actor, action, circumstancesOf(row))
}

/** Group ids by how the host names them: by id or, where nothing has that id, by external id. */
export async function findGroupIds(
  db: Db,
  organizationId: string,
  names: readonly string[]
): Promise<ReadonlyMap<string, string>> {
  if (names.length === 0) return new Map()
  const ids = names.filter((name) => GROUP_ID.test(name))
  const found = await db
    .select({ id: groups.id, externalId: groups.externalId })
    .from(groups)
    .where(
      and(
        eq(groups.organizationId, organizationId),
        or(inArray(groups.id, ids), inArray(groups.externalId, [...names]))
      )
    )
  return new Map([
    ...found.map(({ id, externalId }): [string, string] => [externalId ?? id, id]),
    ...found.map(({ id }): [string, string] => [id, id])
  ])
}

/** Takes whoever leaves the organization out of all its groups. */
export async function leaveGroups(
  tx: Tx,
  organizationId: string,
  memberIds: readonly string[]
): Promise<void> {
  await tx
    .delete(groupMembers)
    .where(
      and(
        eq(groupMembers.organizationId, organizationId),
        inArray(groupMembers.memberId, [...memberIds])
      )
    )
}

interface OfMember {
  readonly organizationId: Column
  readonly memberId: Column
}

/** Whether the member whom a row is about is in a group now. */
export const isInGroup = ({ organizationId, memberId }: OfMember, groupId: string): SQL =>
  sql`exists (select from ${groupMembers}
    where ${groupMembers.organizationId} = ${organizationId}
      and ${eq(groupMembers.groupId, groupId)} and ${groupMembers.memberId} = ${memberId})`

/** In which groups these members are already. */
export async function findMemberships(
  db: Db,
  organizationId: string,
  memberIds: readonly string[]
): Promise<readonly { readonly groupId: string; readonly memberId: string }[]> {
  if (memberIds.length === 0) return []
  return db
    .select({ groupId: groupMembers.groupId, memberId: groupMembers.memberId })
    .from(groupMembers)
    .where(
      and(
        eq(groupMembers.organizationId, organizationId),
        inArray(groupMembers.memberId, [...memberIds])
      )
    )
}
