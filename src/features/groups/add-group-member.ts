import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { groupMembers } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { findMember } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import { groupTakesNobodyRemoved } from './errors.js'
import { memberAdded } from './group-events.js'
import { type CountedGroup, findGroup, lockToManageGroups } from './queries.js'

/** A member, as it stands in a group or does not. */
export interface Membership {
  readonly groupId: string
  readonly memberId: string
}

/**
 * Puts a member into a group, the invited too: a member is a seat. Whoever is in it already stays,
 * without an event.
 *
 * @throws Problem not_permitted, not_found, member_removed
 */
export async function addGroupMember(
  deps: Deps,
  ctx: OrgContext,
  { groupId, memberId }: Membership
): Promise<CountedGroup> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManageGroups(deps, tx, ctx)
    const group = await findGroup(tx, ctx, groupId)
    const { organizationId } = ctx
    const { status } = await findMember(tx, organizationId, memberId)
    if (status === 'removed') throw groupTakesNobodyRemoved({ member_id: memberId })
    const added = await tx
      .insert(groupMembers)
      .values({ organizationId, groupId, memberId, createdAt: ctx.now })
      .onConflictDoNothing()
      .returning()
    appendEvents(tx, ctx, placeOf(organization), added.map(memberAdded))
    return { ...group, membersCount: group.membersCount + added.length }
  })
}
