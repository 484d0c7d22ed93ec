import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import { appendEvents } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { endOffer } from '../invitations/end-offer.js'
import { findInvitation } from '../invitations/queries.js'
import type { LockedMember } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'

/**
 * Ends what is left of the offer to take the member's seat over: one whose time has passed is
 * written down as that, an open one is canceled, so that its link dies (SM-74). Answers with the
 * member's last invitation; undefined: it never had one.
 */
export async function closeFormerOffer(
  tx: Tx,
  ctx: OrgContext,
  { organization, member: { id, invitationId } }: LockedMember
): Promise<InvitationRow | undefined> {
  appendEvents(tx, ctx, placeOf(organization), await closeExpired(tx, ctx, organization, [id]))
  if (invitationId === null) return undefined
  const row = await findInvitation(tx, ctx.organizationId, invitationId)
  return row.status === 'pending' ? endOffer(tx, ctx, { organization, row }, 'canceled') : row
}
