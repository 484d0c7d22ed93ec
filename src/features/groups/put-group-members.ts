import { and, eq, inArray, notInArray } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { groupMembers } from '../../db/tables/groups.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { groupTakesNobodyRemoved, groupTooLarge, unknownMembers } from './errors.js'
import { memberAdded, memberRemoved } from './group-events.js'
import { type CountedGroup, findGroup, lockToManageGroups } from './queries.js'
import type { GroupMembersPut } from './schemas.js'

/** Of whom one call tells that they are in no longer. */
const TAKEN_OUT_MAX = 1_000

/** Who is in a group, in one organization. */
interface Put {
  readonly organizationId: string
  readonly groupId: string
  readonly memberIds: readonly string[]
}

/**
 * Says who is in a group: everybody who is named, and nobody else unless the others stay. Whoever is
 * in it already stays without an event; one event for each who comes or goes.
 *
 * @throws Problem not_permitted, not_entitled, not_found, unknown_members, member_removed,
 * group_too_large
 */
export async function putGroupMembers(
  deps: Deps,
  ctx: OrgContext,
  groupId: string,
  { member_ids: memberIds, keep_others: keepsOthers }: GroupMembersPut
): Promise<CountedGroup> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManageGroups(deps, tx, ctx)
    const { organizationId, now } = ctx
    const group = await findGroup(tx, ctx, groupId)
    const put = { organizationId, groupId, memberIds }
    await refuseOthers(tx, put)
    const removed = keepsOthers ? [] : await takeOut(tx, put)
    const added = await putIn(tx, put, now)
    appendEvents(tx, ctx, placeOf(organization), [
      ...removed.map((memberId) => memberRemoved({ groupId, memberId })),
      ...added.map((memberId) => memberAdded({ groupId, memberId }))
    ])
    return { ...group, membersCount: group.membersCount + added.length - removed.length }
  })
}

/** @throws Problem unknown_members, member_removed */
async function refuseOthers(tx: Tx, { organizationId, memberIds }: Put): Promise<void> {
  if (memberIds.length === 0) return
  const found = await tx
    .select({ id: members.id, status: members.status })
    .from(members)
    .where(and(eq(members.organizationId, organizationId), inArray(members.id, [...memberIds])))
  const statuses = new Map(found.map(({ id, status }) => [id, status]))
  const unknown = memberIds.filter((id) => !statuses.has(id))
  if (unknown.length > 0) throw unknownMembers({ members: unknown })
  const removed = memberIds.filter((id) => statuses.get(id) === 'removed')
  if (removed.length > 0) throw groupTakesNobodyRemoved({ members: removed })
}

/** @throws Problem group_too_large */
async function takeOut(tx: Tx, { organizationId, groupId, memberIds }: Put): Promise<string[]> {
  const others = and(
    eq(groupMembers.organizationId, organizationId),
    eq(groupMembers.groupId, groupId),
    memberIds.length > 0 ? notInArray(groupMembers.memberId, [...memberIds]) : undefined
  )
  const count = await tx.$count(groupMembers, others)
  if (count > TAKEN_OUT_MAX) throw groupTooLarge({ max: TAKEN_OUT_MAX })
  if (count === 0) return []
  const removed = await tx.delete(groupMembers).where(others).returning()
  return removed.map(({ memberId }) => memberId).sort()
}

async function putIn(
  tx: Tx,
  { organizationId, groupId, memberIds }: Put,
  createdAt: Date
): Promise<string[]> {
  if (memberIds.length === 0) return []
  const added = await tx
    .insert(groupMembers)
    .values(memberIds.map((memberId) => ({ organizationId, groupId, memberId, createdAt })))
    .onConflictDoNothing()
    .returning()
  const ids = new Set(added.map(({ memberId }) => memberId))
  return memberIds.filter((id) => ids.has(id))
}
