import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { CreditTransferRow } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { refuse } from '../../policy/decision.js'
import type { Policy } from '../../policy/document.js'
import { enforce } from '../../refusals.js'
import { creditModeOf } from '../credit-settings/queries.js'
import { creditModeNotOffered } from '../credits/errors.js'
import { lockPool } from '../credits/lock-pool.js'
import { moveUntold } from '../credits/move-credits.js'
import { creditsOf } from '../credits/rules.js'
import { settleCredits } from '../credits/settle-credits.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, lockToUse, placeOf } from '../organizations/queries.js'
import { findRecipients } from './find-recipients.js'
import { formPots } from './form-pots.js'
import { type Plan, type PlannedShare, planAllocation } from './plan-allocation.js'
import type { AllocationCreate } from './schemas.js'

/** What became of a distribution, or would; amounts in credits. */
export interface Allocation {
  readonly strategy: AllocationCreate['strategy']
  readonly dryRun: boolean
  /** What is given. */
  readonly total: number
  /** What was to be given beyond that. */
  readonly remainder: number
  /** In the pool after it. */
  readonly unallocated: number
  readonly shares: readonly PlannedShare[]
  /** Of those shares that were given; in a dry run of none. */
  readonly transfers: ReadonlyMap<PlannedShare, CreditTransferRow>
}

/**
 * Gives out credits to many members at once (OUPI-60, OUPI-61, OUPI-62, OUPI-69): from the pool to the
 * accounts of active members, and of invited ones who are named. The pool is locked while the shares
 * are planned, so a dry run says exactly what would become of it.
 *
 * @throws Problem not_permitted, organization_canceled, credits_not_offered,
 * money_credits_not_transferable, credit_mode_not_offered, unknown_role, no_recipients,
 * too_many_recipients, credit_amount_too_large, share_below_one_credit, insufficient_credits
 */
export async function createAllocation(
  deps: Deps,
  ctx: OrgContext,
  allocation: AllocationCreate,
  { dryRun = false }: { readonly dryRun?: boolean } = {}
): Promise<Allocation> {
  // On its own: accounts are locked in one order, and these would come before those of the shares.
  await settleCredits(deps, ctx.organizationId, ctx.now)
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToUse(deps, tx, ctx, 'credits.allocate')
    await refuseSharedPool(tx, organization)
    const pool = await lockPool(tx, organization)
    const plan = await planShares(tx, ctx, organization, { allocation, pool })
    const { asked, total, shares } = plan
    return {
      strategy: allocation.strategy,
      dryRun,
      total,
      remainder: asked - total,
      unallocated: pool - total,
      shares,
      transfers: dryRun ? new Map() : await carryOut(tx, ctx, organization, { allocation, plan })
    }
  })
}

/** @throws Problem credits_not_offered, money_credits_not_transferable, credit_mode_not_offered */
async function refuseSharedPool(tx: Tx, { row, policy }: LockedOrganization): Promise<void> {
  creditsOf(policy.policy)
  const mode = await creditModeOf(tx, row.id, policy.policy)
  if (mode === 'shared_pool') throw creditModeNotOffered({ mode })
}

async function planShares(
  tx: Tx,
  ctx: OrgContext,
  { policy: { policy } }: LockedOrganization,
  { allocation, pool }: { readonly allocation: AllocationCreate; readonly pool: number }
): Promise<Plan> {
  const roleAmounts = roleAmountsOf(allocation, policy)
  const roles = roleAmounts.map(({ role }) => role)
  refuseUnknownRole(policy, allocation.to?.role === undefined ? roles : [allocation.to.role])
  const recipients = await findRecipients(tx, ctx, allocation, roles)
  const pots = formPots(allocation, { recipients, pool, roleAmounts })
  return planAllocation(pots, { pool, partial: allocation.on_shortage === 'partial' })
}

/** What each holder of a role gets; of other strategies nothing. */
function roleAmountsOf({ strategy, roles }: AllocationCreate, { credits }: Policy) {
  return strategy === 'roles' ? (roles ?? credits.role_amounts) : []
}

/** @throws Problem unknown_role */
function refuseUnknownRole({ roles }: Policy, named: readonly string[]): void {
  const unknown = named.find((role) => !roles.some(({ key }) => key === role))
  if (unknown !== undefined) enforce(refuse('unknown_role', `there is no role ${unknown}`))
}

/** All the transfers in one statement, and one event for all of them. */
async function carryOut(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { allocation, plan }: { readonly allocation: AllocationCreate; readonly plan: Plan }
): Promise<Allocation['transfers']> {
  const { strategy, reference, reason, metadata } = allocation
  const given = plan.shares.filter(({ status }) => status === 'created')
  if (given.length === 0) return new Map()
  const transfers = await moveUntold(
    tx,
    ctx,
    organization,
    given.map(({ memberId, amount }) => {
      return { kind: 'allocate', memberId, amount, reference, reason, metadata } as const
    })
  )
  const memberIds = new Set(given.map(({ memberId }) => memberId))
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: 'credits.distributed',
      subject: { type: 'organization', id: organization.row.id },
      data: { strategy, total: plan.total, members: memberIds.size, reference: reference ?? null }
    }
  ])
  return new Map(given.map((share, index) => [share, rowOf(transfers, index)]))
}

function rowOf(transfers: readonly CreditTransferRow[], index: number): CreditTransferRow {
  const row = transfers[index]
  if (!row) throw new Error('credits that were given left no transfer')
  return row
}
