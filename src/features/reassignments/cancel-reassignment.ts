import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { countHolders } from '../members/holders.js'
import { lockMember, NO_OFFER, writeMember } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import { settleSeats } from '../seats/settle-seats.js'
import { closeFormerOffer } from './close-former-offer.js'
import { reassignmentNotPending } from './errors.js'
import { reassignmentCanceled } from './reassignment-events.js'

/**
 * Gives an account that waits for a new holder back to the present one, and kills the candidate's
 * link. Whoever may start a reassignment may take it back.
 *
 * @throws Problem not_found, what `decide` refuses, reassignment_not_pending
 */
export async function cancelReassignment(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  confirmed = false
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const locked = await lockMember(deps, tx, ctx, { id })
    const { organization, member, target } = locked
    const { policy } = organization.policy
    const counts = await countHolders(tx, ctx, organization, [target.role])
    const action = { type: 'reassign', target } as const
    enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
    const { status } = target
    if (status !== 'reassignment_pending') throw reassignmentNotPending({ member_status: status })

    const invitation = await closeFormerOffer(tx, ctx, locked)
    if (!invitation) throw new Error('an account that is reassigned is offered to somebody')
    const restored = await writeMember(tx, ctx, id, { ...NO_OFFER, status: 'active' })
    appendEvents(tx, ctx, placeOf(organization), [reassignmentCanceled({ member, invitation })])
    const before = { ...member, status }
    await settleSeats(tx, ctx, organization, [{ memberId: id, before, after: restored }])
    return restored
  })
}
