import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import { appendEvents } from '../events/append-events.js'
import { leaveGroups } from '../groups/queries.js'
import { placeOf } from '../organizations/queries.js'
import { closeFormerOffer } from '../reassignments/close-former-offer.js'
import { endGrants } from '../resources/end-grants.js'
import type { SeatMove } from '../seats/seat-move.js'
import { settleSeats } from '../seats/settle-seats.js'
import { concerning, seatChanges } from './member-events.js'
import { findMember, type LockedMember, NO_OFFER, writeMember } from './queries.js'
import type { RemovalChoices } from './removal-choices.js'

interface Ending {
  readonly how: 'removed' | 'left'
  readonly choices: RemovalChoices
}

/**
 * Ends the membership of somebody who has joined, for good: access, groups and the link of whoever
 * was to take the seat over end with it, and the host is told what to do with what the person leaves
 * behind (SM-79 to SM-82).
 */
export async function endMembership(
  tx: Tx,
  ctx: OrgContext,
  locked: LockedMember,
  { how, choices }: Ending
): Promise<MemberRow> {
  const { organization, member, target } = locked
  await closeFormerOffer(tx, ctx, locked)
  await leaveGroups(tx, ctx.organizationId, member.id)
  const ended = await writeMember(tx, ctx, member.id, {
    ...NO_OFFER,
    ...(choices.username === 'dissociated' ? { name: null, userId: null, avatarUrl: null } : {}),
    status: 'removed',
    endedBy: how,
    removedAt: ctx.now
  })
  const { subject, data } = concerning(member)
  appendEvents(tx, ctx, placeOf(organization), [
    {
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
  ])
  const { handover } = choices
  const successorId = handover.mode === 'to_member' ? handover.member_id : undefined
  const more = await endGrants(tx, ctx, organization, { memberId: member.id, successorId })
  const before = { ...member, status: target.status }
  await settleSeats(tx, ctx, organization, [
    { memberId: member.id, before, after: ended },
    ...(await successorMoves(tx, ctx, successorId, more))
  ])
  return ended
}

/** What whoever takes over has more of is charged to their seat. */
async function successorMoves(
  tx: Tx,
  { organizationId }: OrgContext,
  memberId: string | undefined,
  more: number
): Promise<SeatMove[]> {
  if (memberId === undefined || more === 0) return []
  const { chargedResources } = await findMember(tx, organizationId, memberId)
  const before = { status: 'active' as const, chargedResources: chargedResources - more }
  return [{ memberId, before, after: { ...before, chargedResources } }]
}
