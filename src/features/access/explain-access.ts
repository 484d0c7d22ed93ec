import type { OrgContext } from '../../context.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { refuseCanceled } from '../../standing.js'
import { statusAt } from '../members/effective-status.js'
import { enforceActing } from '../members/enforce-acting.js'
import {
  type CheckResult,
  type Examine,
  examineBilling,
  examineMembership,
  examineOrganization,
  examinePermissions,
  examineReassignment,
  examineRole,
  examineSuspension
} from './access-checks.js'
import { readCredits, readHeld, readSeat } from './access-facts.js'
import { DOORS } from './access-kinds.js'
import { examineCredits, examineResources } from './check-belongings.js'
import { examineAccount } from './check-invitation.js'

/** In the order in which they are told. */
const EXAMINATIONS: readonly Examine[] = [
  examineOrganization,
  examineBilling,
  examineMembership,
  examineAccount,
  examineSuspension,
  examineReassignment,
  examineRole,
  examinePermissions,
  examineResources,
  examineCredits
]

export interface Explanation {
  readonly member: MemberRow
  readonly canGetIn: boolean
  readonly checks: readonly CheckResult[]
}

/**
 * Every reason why a person gets in or not, each answered by itself (OUPI-118). Members are told of
 * themselves, also where the subscription has ended and nobody gets in; of others only whoever may read
 * what happened to them.
 *
 * @throws Problem not_found, not_permitted, organization_canceled
 */
export async function explainAccess(
  deps: Deps,
  ctx: OrgContext,
  memberId: string
): Promise<Explanation> {
  await enforceSight(deps, ctx, memberId)
  const { db } = deps
  const { organizationId } = ctx
  const hasResources = ctx.policy.policy.resources.kinds.length > 0
  const seat = await readSeat(db, organizationId, memberId)
  const [held, credits] = await Promise.all([
    hasResources ? readHeld(db, organizationId, memberId) : undefined,
    readCredits(db, ctx, memberId)
  ])
  const facts = { seat, status: statusAt(seat.member, ctx.now), held, credits }
  const checks = EXAMINATIONS.map((examine) => examine(ctx, facts))
  const canGetIn = checks.every(({ check, ok }) => ok || !DOORS.includes(check))
  return { member: seat.member, canGetIn, checks }
}

/** Of others, whether there is such a member is told as little as anything else. */
async function enforceSight({ db }: Deps, ctx: OrgContext, memberId: string): Promise<void> {
  const { actor, policy, standing } = ctx
  if (actor.type !== 'member' || actor.id === memberId) return
  const canceled = refuseCanceled(standing, policy.policy)
  if (canceled) throw canceled
  await enforceActing(db, ctx, ['team.view', 'audit.view'])
}
