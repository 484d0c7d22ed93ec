import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { CreditRequestRow } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { refuseOtherModes } from '../credit-settings/refuse-other-modes.js'
import { moveCredits } from '../credits/move-credits.js'
import { settleCredits } from '../credits/settle-credits.js'
import { appendEvents } from '../events/append-events.js'
import { lockToUse, placeOf } from '../organizations/queries.js'
import { findCreditRequest, refuseEnded, writeRuling } from './queries.js'
import { refuseFrozen } from './refuse-frozen.js'
import { requestDecided } from './request-events.js'

interface Approval {
  readonly id: string
  /** Left out: what was asked. */
  readonly amount?: number | undefined
  readonly note?: string | undefined
}

/**
 * Gives a member what it has asked for, or more, or less (OUPI-101). A pool that is short leaves the
 * request as it was.
 *
 * @throws Problem not_permitted, organization_canceled, not_found, credit_request_ended,
 * credits_not_offered, money_credits_not_transferable, credit_mode_not_offered, credits_frozen,
 * insufficient_credits
 */
export async function approveCreditRequest(
  deps: Deps,
  ctx: OrgContext,
  { id, amount, note }: Approval
): Promise<CreditRequestRow> {
  const { organizationId, now } = ctx
  // Not within the command: accounts are locked once, all together.
  await settleCredits(deps, organizationId, now)
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToUse(deps, tx, ctx, 'credits.allocate')
    const asked = await findCreditRequest(tx, ctx, id)
    refuseEnded(asked)
    await refuseOtherModes(tx, organizationId, organization.policy.policy, 'on_demand')
    const { memberId } = asked
    await refuseFrozen(tx, ctx, memberId)
    const wanted = { kind: 'allocate', memberId, amount: amount ?? asked.amount } as const
    const [transfer] = await moveCredits(tx, ctx, organization, [
      { ...wanted, reason: 'credit_request', reference: id }
    ])
    if (!transfer) throw new Error('what is allocated leaves a transfer')
    const row = await writeRuling(tx, ctx, asked, {
      status: 'approved',
      approvedAmount: transfer.amount,
      transferId: transfer.id,
      note: note ?? null
    })
    appendEvents(tx, ctx, placeOf(organization), [requestDecided(row, 'approved')])
    return row
  })
}
