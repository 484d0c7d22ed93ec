import { and, eq, inArray } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { groupMembers } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import type { Outcome } from '../members/outcome.js'
import { findTarget, type LockedMembers } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import type { Membership } from './add-group-member.js'
import { memberRemoved } from './group-events.js'
import { type CountedGroup, findGroup, lockToManageGroups } from './queries.js'

/**
 * Takes a member out of a group. Whoever is not in it stays out, without an event.
 *
 * @throws Problem not_permitted, not_found
 */
export async function removeGroupMember(
  deps: Deps,
  ctx: OrgContext,
  { groupId, memberId }: Membership
): Promise<CountedGroup> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManageGroups(deps, tx, ctx)
    const group = await findGroup(tx, ctx, groupId)
    const members = [await findTarget(tx, ctx, memberId)]
    const outcomes = await removeGroupMembers(tx, ctx, { organization, members }, groupId)
    const removed = outcomes.filter(({ status }) => status === 'done').length
    return { ...group, membersCount: group.membersCount - removed }
  })
}

/** The same of many, by whoever may manage groups. */
export async function removeGroupMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  groupId: string
): Promise<Outcome[]> {
  const ids = members.map(({ member }) => member.id)
  const removed = await tx
    .delete(groupMembers)
    .where(
      and(
        eq(groupMembers.organizationId, ctx.organizationId),
        eq(groupMembers.groupId, groupId),
        inArray(groupMembers.memberId, ids)
      )
    )
    .returning()
  const isRemoved = new Set(removed.map(({ memberId }) => memberId))
  const told = members.filter(({ member }) => isRemoved.has(member.id))
  appendEvents(
    tx,
    ctx,
    placeOf(organization),
    told.map(({ member }) => memberRemoved({ groupId, memberId: member.id }))
  )
  return members.map(({ member }) => ({
    status: isRemoved.has(member.id) ? 'done' : 'unchanged',
    member
  }))
}
