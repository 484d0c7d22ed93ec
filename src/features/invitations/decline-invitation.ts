import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { inWordsOf } from '../../errors.js'
import { lockOrganization } from '../organizations/queries.js'
import { endOffer } from './end-offer.js'
import { findInvitation, readInvitationToken, refuseDeadLink } from './queries.js'

/**
 * Whoever holds the link turns the offer down. Public: the token is the proof.
 *
 * @throws Problem invitation_link_invalid, or why the link is dead
 */
export async function declineInvitation(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<void> {
  const claims = readInvitationToken(deps, token)
  await runCommand(deps, ctx, async (tx) => {
    const { organizationId, subjectId } = claims
    const organization = await lockOrganization(deps, tx, ctx, { organizationId })
    const row = await findInvitation(tx, organizationId, subjectId)
    await inWordsOf(organization.policy.policy.texts, () => {
      refuseDeadLink(row, claims, ctx.now)
    })
    await endOffer(tx, ctx, { organization, row }, 'declined')
  })
}
