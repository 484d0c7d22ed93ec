import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { groupMembers } from '../../db/tables/groups.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import type { MemberRow } from '../../db/tables/members.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { concerning } from './member-events.js'
import { type LockedMember, NO_OFFER, writeMember } from './queries.js'
import type { RemovalChoices } from './removal-choices.js'

interface Ending {
  readonly how: 'removed' | 'left'
  readonly choices: RemovalChoices
}

/**
 * Ends the membership of somebody who has joined, for good: access, groups and open links end with
 * it, and the host is told what to do with what the person leaves behind (SM-79 to SM-82).
 */
export async function endMembership(
  tx: Tx,
  ctx: OrgContext,
  { organization, member, target }: LockedMember,
  { how, choices }: Ending
): Promise<MemberRow> {
  const closed = await closeOffers(tx, ctx, member)
  await tx
    .delete(groupMembers)
    .where(
      and(
        eq(groupMembers.organizationId, member.organizationId),
        eq(groupMembers.memberId, member.id)
      )
    )
  const ended = await writeMember(tx, ctx, member.id, {
    ...NO_OFFER,
    ...(choices.username === 'dissociated' ? { name: null, userId: null } : {}),
    status: 'removed',
    endedBy: how,
    removedAt: ctx.now
  })
  const { subject, data } = concerning(member)
  appendEvents(tx, ctx, placeOf(organization), [
    ...closed.map(closedEvent),
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
      changes: { status: [target.status, 'removed'] }
    }
  ])
  return ended
}

/** Whoever was to take the seat over cannot any more; an offer that had run out has expired. */
async function closeOffers(tx: Tx, ctx: OrgContext, member: MemberRow): Promise<InvitationRow[]> {
  const now = ctx.now.toISOString()
  const lapsed = sql`${invitations.expiresAt} <= ${now}`
  return tx
    .update(invitations)
    .set({
      status: sql`case when ${lapsed} then 'expired' else 'canceled' end`,
      endedAt: sql`case when ${lapsed} then ${invitations.expiresAt} else ${now} end`,
      updatedAt: ctx.now
    })
    .where(
      and(
        eq(invitations.organizationId, member.organizationId),
        eq(invitations.memberId, member.id),
        eq(invitations.status, 'pending')
      )
    )
    .returning()
}

const closedEvent = ({ id, status, memberId, email }: InvitationRow): NewEvent => ({
  type: status === 'expired' ? 'invitation.expired' : 'invitation.canceled',
  subject: { type: 'invitation', id },
  data: { member_id: memberId, email },
  changes: { status: ['pending', status] }
})
