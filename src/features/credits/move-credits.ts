import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { CreditTransferRow } from '../../db/tables/credits.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { applyTransfers } from './apply-transfers.js'
import { placeRequests } from './place-requests.js'
import { crossingEvents, transferEvents } from './transfer-events.js'
import type { TransferOutcome, TransferRequest } from './transfer-request.js'

/**
 * Moves credits as part of a command that holds the organization's lock: all of it, or the command
 * fails. Tells of each transfer, and of what it has left little or nothing of. Where there was nothing
 * to reclaim, nothing is answered.
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable, and why the first transfer that
 * cannot be done is refused
 */
export async function moveCredits(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  requests: readonly TransferRequest[]
): Promise<CreditTransferRow[]> {
  const outcomes = await apply(tx, ctx, organization, requests)
  appendEvents(tx, ctx, placeOf(organization), outcomes.flatMap(transferEvents))
  return tellCrossings(tx, ctx, organization, outcomes)
}

/** The same for a caller that tells of all the transfers by one event of its own. */
export async function moveUntold(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  requests: readonly TransferRequest[]
): Promise<CreditTransferRow[]> {
  return tellCrossings(tx, ctx, organization, await apply(tx, ctx, organization, requests))
}

async function apply(
  tx: Tx,
  ctx: CallContext,
  { row, policy }: LockedOrganization,
  requests: readonly TransferRequest[]
): Promise<TransferOutcome[]> {
  return applyTransfers(tx, placeRequests({ ...ctx, organizationId: row.id, policy }, requests))
}

/** @throws Problem of the first that was refused */
function tellCrossings(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  outcomes: readonly TransferOutcome[]
): CreditTransferRow[] {
  appendEvents(tx, ctx, placeOf(organization), outcomes.flatMap(crossingEvents))
  return outcomes.flatMap(transferOf)
}

function transferOf(outcome: TransferOutcome): CreditTransferRow[] {
  if (outcome.status === 'refused') throw outcome.problem
  return outcome.status === 'nothing' ? [] : [outcome.transfer]
}
