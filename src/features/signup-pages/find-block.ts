import type { CallContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { Problem } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { refusalOf } from '../../refusals.js'
import { circumstancesOf, organizationStatusAt, refuseChange } from '../../standing.js'
import { countHolders } from '../members/holders.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { openGate } from '../seats/seat-gate.js'

/** An organization that is locked, or as it is at this moment. */
export interface Judged extends Pick<LockedOrganization, 'row' | 'policy' | 'counts'> {
  readonly tally: Pick<LockedOrganization['tally'], 'seats'>
}

/**
 * Why nobody gets in as this role by a page for now: the subscription has ended, the plan has no team,
 * an invoice is overdue (SM-38), no seat is left. It is asked as for somebody new, whoever it is, so
 * that the answer tells nothing of them. Undefined: they do.
 */
export async function findBlock(
  db: Db,
  { now }: Pick<CallContext, 'now'>,
  organization: Judged,
  role: string
): Promise<Problem | undefined> {
  const {
    row,
    policy: { policy }
  } = organization
  const canceled = refuseChange(organizationStatusAt(row, now), policy)
  if (canceled) return forStrangers(canceled)
  const counts = await countHolders(db, { now }, organization, [role])
  const circumstances = { ...counts, ...circumstancesOf(row) }
  const decision = decide(policy, { kind: 'host' }, { type: 'signup', role }, circumstances)
  const refusal = refusalOf(decision) ?? openGate(organization).take(NEWCOMER)
  return refusal && forStrangers(refusal)
}

const NEWCOMER = { from: null, to: 'invited' } as const

const TOLD = ['limit', 'max', 'blocked']

/** How the team is made up, and what it could do about it, is no business of whoever has a link. */
function forStrangers({ definition, members }: Problem): Problem {
  const told = Object.entries(members).filter(([name]) => TOLD.includes(name))
  return new Problem(definition, Object.fromEntries(told))
}
