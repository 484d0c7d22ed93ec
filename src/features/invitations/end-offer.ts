import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { members } from '../../db/tables/members.js'
import { appendEvents } from '../events/append-events.js'
import { leaveGroups } from '../groups/queries.js'
import { NO_OFFER } from '../members/queries.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { isInvitation, isMember } from './queries.js'

/**
 * Ends an offer that was not accepted: the link is dead, and a seat of one's own free again. A seat
 * that was to be taken over stays whose it is, and locked until something else is decided.
 */
export async function endOffer(
  tx: Tx,
  ctx: CallContext,
  { organization, row }: { organization: LockedOrganization; row: InvitationRow },
  how: 'canceled' | 'declined'
): Promise<InvitationRow> {
  const { organizationId } = row
  const [updated] = await tx
    .update(invitations)
    .set({ status: how, endedAt: ctx.now, updatedAt: ctx.now })
    .where(isInvitation(organizationId, row.id))
    .returning()
  if (!updated) throw new Error('an invitation of a locked organization cannot disappear')
  if (row.kind === 'seat') await endSeat(tx, ctx, row, how)
  else await stopLapse(tx, ctx, row)
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: `invitation.${how}`,
      subject: { type: 'invitation', id: row.id },
      data: { member_id: row.memberId, email: row.email },
      changes: { status: [row.status, how] }
    }
  ])
  return updated
}

/** Gives up a seat that nobody has taken. */
async function endSeat(
  tx: Tx,
  { now }: CallContext,
  { organizationId, memberId }: InvitationRow,
  how: 'canceled' | 'declined'
): Promise<void> {
  await tx
    .update(members)
    .set({ ...NO_OFFER, status: 'removed', endedBy: how, removedAt: now, updatedAt: now })
    .where(isMember(organizationId, memberId))
  await leaveGroups(tx, organizationId, memberId)
}

async function stopLapse(
  tx: Tx,
  { now }: CallContext,
  { organizationId, memberId }: InvitationRow
): Promise<void> {
  await tx
    .update(members)
    .set({ ...NO_OFFER, updatedAt: now })
    .where(isMember(organizationId, memberId))
}
