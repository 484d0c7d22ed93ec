import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { CreditTransferRow } from '../../db/tables/credits.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { applyTransfers } from './apply-transfers.js'
import { creditsOf } from './rules.js'
import { crossingEvents, transferEvents } from './transfer-events.js'
import type { TransferOutcome, TransferRequest } from './transfer-request.js'

interface Telling {
  /** False: the caller tells of all of them by an event of its own. */
  readonly events?: boolean
}

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
  requests: readonly TransferRequest[],
  { events = true }: Telling = {}
): Promise<CreditTransferRow[]> {
  const { row, policy } = organization
  const rules = creditsOf(policy.policy)
  const { actor, requestId, now } = ctx
  const call = { organizationId: row.id, rules, actor, requestId, now }
  const outcomes = await applyTransfers(
    tx,
    requests.map((request) => ({ ...call, request }))
  )
  appendEvents(tx, ctx, placeOf(organization), [
    ...(events ? outcomes.flatMap(transferEvents) : []),
    ...outcomes.flatMap(crossingEvents)
  ])
  return outcomes.flatMap(transferOf)
}

function transferOf(outcome: TransferOutcome): CreditTransferRow[] {
  if (outcome.status === 'refused') throw outcome.problem
  return outcome.status === 'nothing' ? [] : [outcome.transfer]
}
