import type { CallContext, OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { EmailAddress } from '../../email.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { endOffer } from './end-offer.js'
import { findOccupants } from './occupants.js'
import { findInvitation } from './queries.js'

/**
 * Makes sure that nobody has the address of whoever is to take a seat over, or is offered a seat or
 * another account by it. A seat of their own that they were offered in vain is given up, so that
 * the address is free when they accept.
 *
 * @throws Problem already_member, already_invited
 */
export async function claimAddress(
  tx: Tx,
  ctx: CallContext & Pick<OrgContext, 'organizationId'>,
  organization: LockedOrganization,
  address: EmailAddress
): Promise<void> {
  const occupants = await findOccupants(tx, ctx, [{ invitee: address, address }])
  const refusal = occupants.refuse(address, address.key)
  if (refusal) throw refusal
  const unclaimed = occupants.holderOf(address.key)
  if (!unclaimed) return
  if (unclaimed.invitationId === null) throw new Error('whoever is invited has an invitation')
  const row = await findInvitation(tx, ctx.organizationId, unclaimed.invitationId)
  await endOffer(tx, ctx, { organization, row }, 'canceled')
}
