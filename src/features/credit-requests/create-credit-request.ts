import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type CreditRequestRow, creditRequests } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { newId } from '../../ids.js'
import { refuse } from '../../policy/decision.js'
import { enforce } from '../../refusals.js'
import { refuseOtherModes } from '../credit-settings/refuse-other-modes.js'
import { appendEvents } from '../events/append-events.js'
import { lockOrganization, placeOf } from '../organizations/queries.js'
import { tooManyCreditRequests } from './errors.js'
import { refuseFrozen } from './refuse-frozen.js'
import { requestCreated } from './request-events.js'
import type { CreditRequestCreate } from './schemas.js'

/** Of one member: more are none that anybody would read. */
const PENDING_MAX = 20

const UNDECIDED = {
  status: 'pending',
  approvedAmount: null,
  transferId: null,
  note: null,
  decidedByType: null,
  decidedById: null,
  decidedAt: null
} as const

/** What is asked, and for whom. */
interface Asked extends Pick<CreditRequestCreate, 'amount' | 'reason' | 'metadata'> {
  readonly memberId: string
}

/**
 * Asks for credits, which somebody of the team gives or does not (OUPI-101): a member for itself, the
 * host for any of them.
 *
 * @throws Problem not_permitted, organization_canceled, credits_not_offered,
 * money_credits_not_transferable, credit_mode_not_offered, unknown_member, credits_frozen,
 * too_many_credit_requests
 */
export async function createCreditRequest(
  deps: Deps,
  ctx: OrgContext,
  { memberId, amount, reason, metadata = {} }: Asked
): Promise<CreditRequestRow> {
  const { organizationId, now } = ctx
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, { organizationId })
    const { actor, policy } = organization
    if (actor.kind === 'member' && actor.id !== memberId) {
      enforce(refuse('not_permitted', 'members ask for credits for themselves'))
    }
    await refuseOtherModes(tx, organizationId, policy.policy, 'on_demand')
    await refuseFrozen(tx, ctx, memberId)
    await refuseTooMany(tx, organizationId, memberId)
    const row: CreditRequestRow = {
      organizationId,
      id: newId('crq'),
      memberId,
      amount,
      reason: reason ?? null,
      metadata,
      createdAt: now,
      updatedAt: now,
      ...UNDECIDED
    }
    tx.add(creditRequests, [row])
    appendEvents(tx, ctx, placeOf(organization), [requestCreated(row)])
    return row
  })
}

/** @throws Problem too_many_credit_requests */
async function refuseTooMany(tx: Tx, organizationId: string, memberId: string): Promise<void> {
  const pending = await tx.$count(
    creditRequests,
    and(
      eq(creditRequests.organizationId, organizationId),
      eq(creditRequests.memberId, memberId),
      eq(creditRequests.status, 'pending')
    )
  )
  if (pending >= PENDING_MAX) throw tooManyCreditRequests({ max: PENDING_MAX })
}
