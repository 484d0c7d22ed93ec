import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { inWordsOf } from '../../errors.js'
import { appendEvents } from '../events/append-events.js'
import { lockIfThere, placeOf } from '../organizations/queries.js'
import { reassignmentDeclined } from '../reassignments/reassignment-events.js'
import { endOffer } from './end-offer.js'
import { invitationLinkInvalid } from './errors.js'
import { findOffer, readInvitationToken, refuseDeadLink } from './queries.js'

/**
 * Whoever holds the link turns the offer down. Whose account was to be taken over stays without
 * access: that is decided by whoever asked. Public: the token is the proof.
 *
 * @throws Problem invitation_link_invalid, organization_canceled, or why the link is dead
 */
export async function declineInvitation(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<void> {
  const claims = readInvitationToken(deps, token)
  await runCommand(deps, ctx, async (tx) => {
    const { organizationId, subjectId } = claims
    const organization = await lockIfThere(deps, tx, ctx, { organizationId })
    const offer = await findOffer(tx, organizationId, subjectId)
    if (!organization || !offer) throw invitationLinkInvalid()
    const { invitation: row } = offer
    await inWordsOf(organization.policy.policy.texts, () => {
      refuseDeadLink(row, claims, ctx.now)
    })
    await endOffer(tx, ctx, { organization, row }, 'declined')
    if (row.kind === 'reassignment') {
      appendEvents(tx, ctx, placeOf(organization), [reassignmentDeclined(offer)])
    }
  })
}
