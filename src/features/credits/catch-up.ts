import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { isRefillDue, refillOrganization } from '../credit-quotas/refill-organization.js'
import { findDue, settleCredits } from './settle-credits.js'
import type { TransferRequest } from './transfer-request.js'

/** Transfers of an organization of which one was refused for lack of credits. */
interface Short {
  readonly ctx: Pick<OrgContext, 'organizationId' | 'policy' | 'now'>
  readonly requests: readonly TransferRequest[]
}

/**
 * Writes down what time has brought to those who were short: lapsed offers, expired holds, the month's
 * quota. Answers with the organizations where that was so, which are asked once each, however many of
 * a batch were refused. Nobody is refused because a sweep is late.
 */
export async function catchUp(deps: Deps, short: readonly Short[]): Promise<ReadonlySet<string>> {
  const caughtUp = new Set<string>()
  if (short.length === 0) return caughtUp
  const byOrganization = new Map<string, Short[]>()
  for (const one of short) {
    const others = byOrganization.get(one.ctx.organizationId)
    if (others) others.push(one)
    else byOrganization.set(one.ctx.organizationId, [one])
  }
  const latest = new Date(Math.max(...short.map(({ ctx }) => ctx.now.getTime())))
  const due = new Set(await findDue(deps.db, [...byOrganization.keys()], latest))
  for (const [organizationId, own] of byOrganization) {
    if (due.has(organizationId)) await settleCredits(deps, organizationId, latest)
    const isRefilled = await refillFor(deps, organizationId, own, latest)
    if (due.has(organizationId) || isRefilled) caughtUp.add(organizationId)
  }
  return caughtUp
}

async function refillFor(
  deps: Deps,
  organizationId: string,
  own: readonly Short[],
  now: Date
): Promise<boolean> {
  const [first] = own
  if (!first) return false
  const memberIds = own.flatMap(({ requests }) =>
    requests.flatMap(({ memberId }) => memberId ?? [])
  )
  const asked = { organizationId, memberIds, policy: first.ctx.policy.policy, now }
  if (!(await isRefillDue(deps.db, asked))) return false
  const refill = await refillOrganization(deps, organizationId, now)
  return refill?.status === 'done'
}
