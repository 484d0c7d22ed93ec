import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { openGate } from '../seats/seat-gate.js'
import { settleSeats } from '../seats/settle-seats.js'
import { memberNotSuspended } from './errors.js'
import { concerning } from './member-events.js'
import { lockMember, writeMember } from './queries.js'

/**
 * Gives a suspended member back what it had (OUPI-79). Where a suspended member uses no seat, there
 * must be one. An active member is answered as it is.
 *
 * @throws Problem not_found, what `decide` refuses, member_not_suspended, seats_exhausted
 */
export async function reactivateMember(
  deps: Deps,
  ctx: OrgContext,
  id: string
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const locked = await lockMember(deps, tx, ctx, { id, countMembers: true })
    const { organization, member, target } = locked
    const { policy } = organization.policy
    enforce(decide(policy, organization.actor, { type: 'reactivate', target }))
    const { status } = target
    if (status === 'active') return member
    if (status !== 'suspended') throw memberNotSuspended({ member_status: status })
    const full = openGate(organization).take({ from: status, to: 'active' })
    if (full) throw full

    const reactivated = await writeMember(tx, ctx, id, { status: 'active' })
    const { subject, data } = concerning(member)
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'member.reactivated',
        subject,
        data: { ...data, role: member.role },
        changes: { status: [status, 'active'] }
      }
    ])
    const move = { memberId: id, before: { ...member, status }, after: reactivated }
    await settleSeats(tx, ctx, organization, [move])
    return reactivated
  })
}
