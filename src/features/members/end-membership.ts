import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { leaveGroups } from '../groups/queries.js'
import { placeOf } from '../organizations/queries.js'
import { closeFormerOffers } from '../reassignments/close-former-offer.js'
import { endGrants, type PassedOn } from '../resources/end-grants.js'
import type { SeatMove } from '../seats/seat-move.js'
import { settleSeats } from '../seats/settle-seats.js'
import { rememberIdentities } from '../users/remember-identities.js'
import { concerning, movesOf, seatChanges } from './member-events.js'
import {
  findMember,
  type LockedMembers,
  NO_OFFER,
  type TargetMember,
  writeMembers
} from './queries.js'
import type { RemovalChoices } from './removal-choices.js'

interface Ending {
  readonly how: 'removed' | 'left'
  readonly choices: RemovalChoices
}

/**
 * Ends the memberships of people who have joined, for good: access, groups and the link of whoever
 * was to take a seat over end with it, and the host is told what to do with what each leaves behind
 * (SM-79 to SM-82).
 */
export async function endMemberships(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  { how, choices }: Ending
): Promise<MemberRow[]> {
  if (members.length === 0) return []
  const memberIds = members.map(({ member }) => member.id)
  await closeFormerOffers(tx, ctx, { organization, members })
  await leaveGroups(tx, ctx.organizationId, memberIds)
  if (choices.username === 'dissociated') {
    await rememberIdentities(
      tx,
      ctx,
      members.map(({ member }) => member)
    )
  }
  const ended = await writeMembers(tx, ctx, memberIds, {
    ...NO_OFFER,
    ...(choices.username === 'dissociated' ? { name: null, userId: null, avatarUrl: null } : {}),
    status: 'removed',
    endedBy: how,
    removedAt: ctx.now
  })
  const rows = new Map(ended.map((row) => [row.id, row]))
  appendEvents(
    tx,
    ctx,
    placeOf(organization),
    members.map((one) => toEvent(one, rows.get(one.member.id) ?? one.member, { how, choices }))
  )
  const { handover } = choices
  const successorId = handover.mode === 'to_member' ? handover.member_id : undefined
  const passed = await endGrants(tx, ctx, organization, { memberIds, successorId })
  const inherited = await successorMoves(tx, ctx, successorId, passed)
  const moves = movesOf(members, ended).flatMap((move) => [
    move,
    ...(inherited.get(move.memberId) ?? [])
  ])
  await settleSeats(tx, ctx, organization, moves)
  return ended
}

function toEvent(
  { member, target }: TargetMember,
  ended: MemberRow,
  { how, choices }: Ending
): NewEvent {
  const { subject, data } = concerning(member)
  return {
    type: how === 'left' ? 'member.left' : 'member.removed',
    subject,
    data: {
      ...data,
      role: member.role,
      sessions: 'revoke',
      data: choices.data,
      owned_shared: choices.ownedShared,
      username: choices.username,
      handover: choices.handover
    },
    changes: { status: [target.status, 'removed'], ...seatChanges(member, ended) }
  }
}

/** What whoever takes over has more of is charged to their seat, leaver by leaver. */
async function successorMoves(
  tx: Tx,
  { organizationId }: OrgContext,
  memberId: string | undefined,
  passed: PassedOn
): Promise<ReadonlyMap<string, SeatMove[]>> {
  const more = [...passed.values()].reduce((sum, one) => sum + one, 0)
  if (memberId === undefined || more === 0) return new Map()
  let charged = (await findMember(tx, organizationId, memberId)).chargedResources - more
  return new Map(
    [...passed].map(([leaverId, by]) => {
      const before = { status: 'active' as const, chargedResources: charged }
      charged += by
      return [leaverId, [{ memberId, before, after: { ...before, chargedResources: charged } }]]
    })
  )
}
