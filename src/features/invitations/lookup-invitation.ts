import type { Static } from '@sinclair/typebox'
import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { findOpenInvitation } from './find-open-invitation.js'
import type { InvitationOffer } from './schemas.js'

/**
 * What an invitation offers, for whoever holds its link. Changes nothing; it runs as a command only
 * so that an Idempotency-Key means the same here as at every other POST.
 *
 * @throws Problem invitation_link_invalid, organization_canceled, or why the link is dead
 */
export async function lookupInvitation(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<Static<typeof InvitationOffer>> {
  return runCommand(deps, ctx, async (tx) => {
    const { kind, offer } = await findOpenInvitation(deps, tx, ctx, token)
    return { kind, ...offer }
  })
}
