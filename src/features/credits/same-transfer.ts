import { isDeepStrictEqual } from 'node:util'
import { type CreditTransferRow, POOL_HOLDER } from '../../db/tables/credits.js'
import type { PlacedRequest } from './transfer-request.js'

/** Whether a transfer that was done under the same key is the one that is asked for again. */
export function isSameTransfer({ request }: PlacedRequest, done: CreditTransferRow): boolean {
  const { kind, memberId, toMemberId, ofId } = request
  const giver = kind === 'move' ? done.fromId : (done.memberId ?? POOL_HOLDER)
  const isOfWhom = kind === 'capture' || kind === 'release' || kind === 'refund'
  return (
    kind === done.kind &&
    (request.amount === undefined || request.amount === done.amount) &&
    (isOfWhom || (memberId ?? POOL_HOLDER) === giver) &&
    (toMemberId === undefined || toMemberId === done.toId) &&
    (ofId ?? null) === done.ofId &&
    (request.reference ?? null) === done.reference &&
    (request.reason ?? null) === done.reason &&
    (request.priority ?? null) === done.priority &&
    isDeepStrictEqual(request.metadata ?? {}, done.metadata) &&
    // A hold that says no instant gets one of its own each time.
    (kind === 'hold' ||
      (request.expiresAt?.getTime() ?? null) === (done.expiresAt?.getTime() ?? null))
  )
}
