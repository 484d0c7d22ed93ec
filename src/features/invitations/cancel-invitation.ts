import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { lockOrganization } from '../organizations/queries.js'
import { endOffer } from './end-offer.js'
import { cancelByRemoval, invitationReplaced, reassignmentOffer } from './errors.js'
import { findOffer, refuseCancel } from './queries.js'

/**
 * Withdraws an invitation. Its link is dead and its seat free at once.
 *
 * @throws Problem not_found, what `decide` refuses, cancel_by_removal, reassignment_offer,
 * invitation_not_cancelable, invitation_replaced
 */
export async function cancelInvitation(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  confirmed = false
): Promise<InvitationRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId
    })
    const offer = await findOffer(tx, ctx.organizationId, id)
    if (!offer) throw notFound()
    const { invitation: row, member } = offer
    const { policy } = organization.policy
    const action = { type: 'cancel', role: row.role } as const
    enforce(decide(policy, organization.actor, action, { confirmed }))
    const { memberId } = row
    if (row.kind === 'reassignment') throw reassignmentOffer({ member_id: memberId })
    if (!policy.invitations.cancel_by.includes('cancel')) {
      throw cancelByRemoval({ member_id: memberId })
    }
    refuseCancel(policy, row, ctx.now)
    // Its seat went to a later offer, or to a person: neither is this one's to end.
    if (member.invitationId !== row.id) {
      throw invitationReplaced({ invitation_id: member.invitationId })
    }
    return endOffer(tx, ctx, { organization, row }, 'canceled')
  })
}
