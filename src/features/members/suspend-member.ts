import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { placeOf } from '../organizations/queries.js'
import { settleSeats } from '../seats/settle-seats.js'
import { countHolders } from './holders.js'
import { concerning, movesOf } from './member-events.js'
import { allowed, judgeAll, memberOf, type Outcome, outcomesOf, refusalIn } from './outcome.js'
import {
  type LockedMembers,
  lockMember,
  NO_OFFER,
  refuseInactive,
  type TargetMember,
  writeMembers
} from './queries.js'

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
    const { organization, ...one } = await lockMember(deps, tx, ctx, { id })
    const locked = { organization, members: [one] }
    return memberOf(await suspendMembers(tx, ctx, locked, { confirmed }))
  })
}

/** The same of many: whoever comes first is suspended first. */
export async function suspendMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  { confirmed }: { readonly confirmed: boolean }
): Promise<Outcome[]> {
  const roles = members.map(({ target }) => target.role)
  const counts = await countHolders(tx, ctx, organization, roles)
  const judged = judgeAll(members, ({ member, target }) => {
    const { policy } = organization.policy
    const action = { type: 'suspend', target } as const
    const refusal = refusalIn(() => {
      enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
      if (target.status !== 'suspended') refuseInactive(target)
    })
    if (refusal) return refusal
    if (target.status === 'suspended') return { status: 'unchanged', member }
    counts.move(target, { ...target, status: 'suspended' })
    return undefined
  })
  const suspending = allowed(judged)
  const restored = suspending.filter(({ member, target }) => member.status !== target.status)
  const expired = await closeExpired(
    tx,
    ctx,
    organization,
    restored.map(({ target }) => target.id)
  )
  const suspended = await writeMembers(
    tx,
    ctx,
    suspending.map(({ target }) => target.id),
    { ...NO_OFFER, status: 'suspended' }
  )
  appendEvents(tx, ctx, placeOf(organization), [...expired, ...suspending.map(toEvent)])
  await settleSeats(tx, ctx, organization, movesOf(suspending, suspended))
  return outcomesOf(judged, suspended)
}

function toEvent({ member, target }: TargetMember): NewEvent {
  const { subject, data } = concerning(member)
  return {
    type: 'member.suspended',
    subject,
    data: { ...data, role: member.role, sessions: 'revoke' },
    changes: { status: [target.status, 'suspended'] }
  }
}
