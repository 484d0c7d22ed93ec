import type { CallContext, PolicyVersion } from '../../context.js'
import { creditsOf } from './rules.js'
import type { PlacedRequest, TransferRequest } from './transfer-request.js'

/** Where transfers are wanted, and by whom. */
interface Place extends Pick<CallContext, 'actor' | 'requestId' | 'now'> {
  readonly organizationId: string
  readonly policy: PolicyVersion
}

/**
 * Requests with all that the ledger must know of their call.
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable
 */
export function placeRequests(
  { organizationId, policy, actor, requestId, now }: Place,
  requests: readonly TransferRequest[]
): PlacedRequest[] {
  const call = { organizationId, rules: creditsOf(policy.policy), actor, requestId, now }
  return requests.map((request) => ({ ...call, request }))
}
