import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { type MemberStatus, members } from '../../db/tables/members.js'
import { appendEvents } from '../events/append-events.js'
import { leaveGroups } from '../groups/queries.js'
import { NO_OFFER } from '../members/queries.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { endGrants } from '../resources/end-grants.js'
import { settleSeats } from '../seats/settle-seats.js'
import { closeExpired } from './close-expired.js'
import { invitationStatusAt, isInvitation, isMember } from './queries.js'

interface Ending {
  readonly organization: LockedOrganization
  readonly row: InvitationRow
}

/**
 * Ends an offer that was not accepted: the link is dead, and a seat of one's own free again. A seat
 * that was to be taken over stays whose it is, and locked until something else is decided.
 */
export async function endOffer(
  tx: Tx,
  ctx: CallContext,
  { organization, row }: Ending,
  how: 'canceled' | 'declined'
): Promise<InvitationRow> {
  const { organizationId } = row
  const was = invitationStatusAt(row, ctx.now)
  const expired =
    was === row.status ? [] : await closeExpired(tx, ctx, organization, [row.memberId])
  const [updated] = await tx
    .update(invitations)
    .set({ status: how, endedAt: ctx.now, updatedAt: ctx.now })
    .where(isInvitation(organizationId, row.id))
    .returning()
  if (!updated) throw new Error('an invitation of a locked organization cannot disappear')
  if (row.kind === 'seat') await endSeat(tx, ctx, { organization, row }, how)
  else await stopLapse(tx, ctx, row)
  appendEvents(tx, ctx, placeOf(organization), [
    ...expired,
    {
      type: `invitation.${how}`,
      subject: { type: 'invitation', id: row.id },
      data: { member_id: row.memberId, email: row.email },
      changes: {
        status: [was, how],
        ...(row.kind === 'seat' ? { member_status: [seatStatusOf(row, ctx.now), 'removed'] } : {})
      }
    }
  ])
  return updated
}

/** Gives up a seat that nobody has taken. */
async function endSeat(
  tx: Tx,
  ctx: CallContext,
  { organization, row }: Ending,
  how: 'canceled' | 'declined'
): Promise<void> {
  const { now } = ctx
  const { organizationId, memberId } = row
  const [ended] = await tx
    .update(members)
    .set({ ...NO_OFFER, status: 'removed', endedBy: how, removedAt: now, updatedAt: now })
    .where(isMember(organizationId, memberId))
    .returning()
  if (!ended) throw new Error('a member of a locked organization cannot disappear')
  await leaveGroups(tx, organizationId, memberId)
  await endGrants(tx, ctx, organization, { memberId })
  const before = { ...ended, status: seatStatusOf(row, now) }
  const move = { memberId, before, after: ended }
  await settleSeats(tx, ctx, organization, [move])
}

/** Of the member, as long as its seat is only offered. */
const seatStatusOf = (row: InvitationRow, now: Date): MemberStatus =>
  invitationStatusAt(row, now) === 'pending' ? 'invited' : 'invitation_expired'

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
