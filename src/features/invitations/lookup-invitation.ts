import type { Static } from '@sinclair/typebox'
import type { CallContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { findOpenInvitation } from './find-open-invitation.js'
import type { InvitationOffer } from './schemas.js'

/**
 * What an invitation offers, for whoever holds its link. Changes nothing.
 *
 * @throws Problem invitation_link_invalid, or why the link is dead
 */
export async function lookupInvitation(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<Static<typeof InvitationOffer>> {
  const { offer } = await findOpenInvitation(deps, ctx, token)
  return offer
}
