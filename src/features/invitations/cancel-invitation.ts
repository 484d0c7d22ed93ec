import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { refusalOf } from '../../refusals.js'
import { lockOrganization } from '../organizations/queries.js'
import { endOffer } from './end-offer.js'
import { invitationNotCancelable } from './errors.js'
import { findInvitation, invitationStatusAt } from './queries.js'

/**
 * Withdraws an invitation. Its link is dead and its seat free at once.
 *
 * @throws Problem not_found, not_permitted, invitation_not_cancelable
 */
export async function cancelInvitation(
  deps: Deps,
  ctx: OrgContext,
  id: string
): Promise<InvitationRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId
    })
    const { policy } = organization.policy
    const refusal = refusalOf(
      decide(policy, organization.actor, { permission: 'invitation.cancel' })
    )
    if (refusal) throw refusal
    const row = await findInvitation(tx, ctx.organizationId, id)
    const status = invitationStatusAt(row, ctx.now)
    if (!policy.invitations.cancel_from.some((allowed) => allowed === status)) {
      throw invitationNotCancelable({ status })
    }
    return endOffer(tx, ctx, { organization, row }, 'canceled')
  })
}
