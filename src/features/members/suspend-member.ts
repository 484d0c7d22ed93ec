import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { placeOf } from '../organizations/queries.js'
import { settleSeats } from '../seats/settle-seats.js'
import { countHolders } from './holders.js'
import { concerning } from './member-events.js'
import { lockMember, NO_OFFER, refuseInactive, writeMember } from './queries.js'

/**
 * Takes an active member's access away until it is given back. Nothing else changes: role, seat,
 * resources and groups stay (OUPI-78). One that is suspended already is answered as it is.
 *
 * @throws Problem not_found, what `decide` refuses, member_not_active
 */
export async function suspendMember(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  confirmed = false
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const { organization, member, target } = await lockMember(deps, tx, ctx, { id })
    const { policy } = organization.policy
    const counts = await countHolders(tx, ctx, organization, [target.role])
    const action = { type: 'suspend', target } as const
    enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
    if (target.status === 'suspended') return member
    refuseInactive(target)

    const isRestored = member.status !== target.status
    const expired = isRestored ? await closeExpired(tx, ctx, organization, [id]) : []
    const suspended = await writeMember(tx, ctx, id, { ...NO_OFFER, status: 'suspended' })
    const { subject, data } = concerning(member)
    appendEvents(tx, ctx, placeOf(organization), [
      ...expired,
      {
        type: 'member.suspended',
        subject,
        data: { ...data, role: member.role, sessions: 'revoke' },
        changes: { status: [target.status, 'suspended'] }
      }
    ])
    const before = { ...member, status: target.status }
    await settleSeats(tx, ctx, organization, [{ memberId: id, before, after: suspended }])
    return suspended
  })
}
