import { isDeepStrictEqual } from 'node:util'
import { type CreditTransferRow, POOL_HOLDER } from '../../db/tables/credits.js'
import type { PlacedRequest, TransferRequest } from './transfer-request.js'

/** Whether a transfer that was done under the same key is the one that is asked for again. */
export function isSameTransfer({ request }: PlacedRequest, done: CreditTransferRow): boolean {
  const asked = whatIsAsked(request)
  const found = whatWasDone(done)
  const said = Object.entries(asked).filter(([, value]) => value !== undefined)
  return isDeepStrictEqual(
    said.map(([, value]) => value),
    said.map(([field]) => found[field as keyof typeof found])
  )
}

/** Undefined: it does not say, and is whatever came of it. */
function whatIsAsked(request: TransferRequest) {
  const { kind, amount, toMemberId, ofId = null } = request
  const { memberId = POOL_HOLDER, reference = null, reason = null, priority = null } = request
  return {
    kind,
    amount,
    // Of what refers to another transfer it is that one's.
    memberId: ofId === null ? memberId : undefined,
    toMemberId,
    ofId,
    reference,
    reason,
    priority,
    metadata: request.metadata ?? {},
    // A hold that names no instant gets one of its own each time.
    expiresAt: kind === 'hold' ? undefined : (request.expiresAt ?? null)
  }
}

function whatWasDone(done: CreditTransferRow): ReturnType<typeof whatIsAsked> {
  const { kind, amount, ofId, priority, metadata, expiresAt, fromId, toId } = done
  const memberId = kind === 'move' ? fromId : (done.memberId ?? POOL_HOLDER)
  const [reference, reason] = [done.reference, done.reason]
  return {
    kind,
    amount,
    memberId,
    toMemberId: toId,
    ofId,
    reference,
    reason,
    priority,
    metadata,
    expiresAt
  }
}
