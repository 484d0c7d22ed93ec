import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import { members } from '../../db/tables/members.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { isInvitation, isMember } from './queries.js'

/** Ends an offer that was not accepted: the seat is free again, the link is dead. */
export async function endOffer(
  tx: Tx,
  ctx: CallContext,
  { organization, row }: { organization: LockedOrganization; row: InvitationRow },
  how: 'canceled' | 'declined'
): Promise<InvitationRow> {
  const { organizationId } = row
  const ended = { endedAt: ctx.now, updatedAt: ctx.now }
  const [updated] = await tx
    .update(invitations)
    .set({ status: how, ...ended })
    .where(isInvitation(organizationId, row.id))
    .returning()
  if (!updated) throw new Error('an invitation of a locked organization cannot disappear')
  await tx
    .update(members)
    .set({ status: 'removed', endedBy: how, removedAt: ctx.now, updatedAt: ctx.now })
    .where(isMember(organizationId, row.memberId))
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
