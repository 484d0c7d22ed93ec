import { sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { invitations } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { deliverOffers } from './deliver-offers.js'
import { isInvitation, type Offer } from './queries.js'

interface Reminder {
  readonly organization: LockedOrganization
  /** One that is open. */
  readonly offer: Offer
}

/**
 * Mails an open offer once more at the word of a stranger, so nothing of it changes: neither the
 * link, as earlier mails stay good, nor how long the seat is held, nor the language.
 */
export async function mailOfferAgain(
  deps: Deps,
  tx: Tx,
  ctx: CallContext,
  { organization, offer: { invitation, member } }: Reminder
): Promise<void> {
  const [updated] = await tx
    .update(invitations)
    .set({
      delivery: 'queued',
      sendCount: sql`${invitations.sendCount} + 1`,
      updatedAt: ctx.now
    })
    .where(isInvitation(invitation.organizationId, invitation.id))
    .returning()
  if (!updated) throw new Error('an invitation of a locked organization cannot disappear')
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: 'invitation.resent',
      subject: { type: 'invitation', id: updated.id },
      data: { member_id: member.id, email: updated.email }
    }
  ])
  deliverOffers(deps, tx, ctx, { organization, invitations: [updated], via: 'email' })
}
