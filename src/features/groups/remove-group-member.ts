import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { groupMembers } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { findMember } from '../members/queries.js'
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
    await findMember(tx, ctx.organizationId, memberId)
    const removed = await tx
      .delete(groupMembers)
      .where(
        and(
          eq(groupMembers.organizationId, ctx.organizationId),
          eq(groupMembers.groupId, groupId),
          eq(groupMembers.memberId, memberId)
        )
      )
      .returning()
    appendEvents(tx, ctx, placeOf(organization), removed.map(memberRemoved))
    return { ...group, membersCount: group.membersCount - removed.length }
  })
}
