import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { groupMembers } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { allowed, judgeAll, memberOf, type Outcome, refusalIn } from '../members/outcome.js'
import { findTarget, type LockedMembers } from '../members/queries.js'
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
    const members = [await findTarget(tx, ctx, memberId)]
    const outcomes = await addGroupMembers(tx, ctx, { organization, members }, groupId)
    memberOf(outcomes)
    const added = outcomes.filter(({ status }) => status === 'done').length
    return { ...group, membersCount: group.membersCount + added }
  })
}

/** The same of many, by whoever may manage groups. */
export async function addGroupMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  groupId: string
): Promise<Outcome[]> {
  const { organizationId } = ctx
  const judged = judgeAll(members, ({ member: { id, status } }) =>
    refusalIn(() => {
      if (status === 'removed') throw groupTakesNobodyRemoved({ member_id: id })
    })
  )
  const adding = allowed(judged)
  const rows = adding.map(({ member: { id: memberId } }) => ({
    organizationId,
    groupId,
    memberId,
    createdAt: ctx.now
  }))
  const added =
    rows.length === 0
      ? []
      : await tx.insert(groupMembers).values(rows).onConflictDoNothing().returning()
  appendEvents(tx, ctx, placeOf(organization), added.map(memberAdded))
  const isAdded = new Set(added.map(({ memberId }) => memberId))
  return judged.map(
    ({ one: { member }, outcome }): Outcome =>
      outcome ?? { status: isAdded.has(member.id) ? 'done' : 'unchanged', member }
  )
}
