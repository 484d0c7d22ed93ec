import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { openGate } from '../seats/seat-gate.js'
import { settleSeats } from '../seats/settle-seats.js'
import { memberNotSuspended } from './errors.js'
import { concerning, movesOf } from './member-events.js'
import { allowed, judgeAll, memberOf, type Outcome, outcomesOf, refusalIn } from './outcome.js'
import { type LockedMembers, lockMember, type TargetMember, writeMembers } from './queries.js'

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
    const { organization, ...one } = await lockMember(deps, tx, ctx, { id, countMembers: true })
    return memberOf(await reactivateMembers(tx, ctx, { organization, members: [one] }))
  })
}

/** The same of many, of an organization that was locked with `countMembers`: the first take the seats. */
export async function reactivateMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers
): Promise<Outcome[]> {
  const gate = openGate(organization)
  const judged = judgeAll(members, ({ member, target }) => {
    const { status } = target
    const refusal = refusalIn(() => {
      const { policy } = organization.policy
      enforce(decide(policy, organization.actor, { type: 'reactivate', target }))
      if (status === 'active') return
      if (status !== 'suspended') throw memberNotSuspended({ member_status: status })
      const full = gate.take({ from: status, to: 'active' })
      if (full) throw full
    })
    return refusal ?? (status === 'active' ? { status: 'unchanged', member } : undefined)
  })
  const reactivating = allowed(judged)
  const reactivated = await writeMembers(
    tx,
    ctx,
    reactivating.map(({ target }) => target.id),
    { status: 'active' }
  )
  appendEvents(tx, ctx, placeOf(organization), reactivating.map(toEvent))
  await settleSeats(tx, ctx, organization, movesOf(reactivating, reactivated))
  return outcomesOf(judged, reactivated)
}

function toEvent({ member, target }: TargetMember): NewEvent {
  const { subject, data } = concerning(member)
  return {
    type: 'member.reactivated',
    subject,
    data: { ...data, role: member.role },
    changes: { status: [target.status, 'active'] }
  }
}
