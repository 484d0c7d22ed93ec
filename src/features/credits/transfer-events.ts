import type { CreditTransferRow, TransferKind } from '../../db/tables/credits.js'
import { POOL_HOLDER } from '../../db/tables/credits.js'
import type { NewEvent } from '../events/append-events.js'
import type { EventType, SubjectType } from '../events/event-types.js'
import type { TransferOutcome } from './transfer-request.js'

/** What is told of by an event: of spends, and holds, the ledger itself is the record. */
const TOLD: Partial<Record<TransferKind, EventType>> = {
  top_up: 'credits.topped_up',
  allocate: 'credits.allocated',
  reclaim: 'credits.reclaimed',
  move: 'credits.moved',
  expire: 'credits.expired'
}

export const isTold = (kind: TransferKind): boolean => TOLD[kind] !== undefined

/** The event of a transfer, where its kind has one. */
export function transferEvents(outcome: TransferOutcome): NewEvent[] {
  if (outcome.status !== 'created') return []
  const { transfer } = outcome
  const type = TOLD[transfer.kind]
  if (type === undefined) return []
  const { id, amount, balance, reason, reference, kind } = transfer
  const data = {
    transfer_id: id,
    amount,
    balance,
    ...(transfer.memberId === null ? {} : { member_id: transfer.memberId }),
    ...(kind === 'move' ? { from_member_id: transfer.fromId } : {}),
    ...(transfer.ofId === null ? {} : { top_up_id: transfer.ofId }),
    ...(transfer.expiresAt === null ? {} : { expires_at: transfer.expiresAt.toISOString() }),
    reason,
    reference
  }
  return [{ type, subject: subjectOf(transfer), data }]
}

/** That there is little left, or nothing: of whoever paid, when a transfer has made it so. */
export function crossingEvents(outcome: TransferOutcome): NewEvent[] {
  if (outcome.status !== 'created' || outcome.crossing === undefined) return []
  const { transfer, crossing } = outcome
  const isPool = transfer.fromId === POOL_HOLDER
  const subject: NewEvent['subject'] = isPool
    ? { type: 'organization', id: transfer.organizationId }
    : { type: 'member', id: transfer.fromId }
  const data = {
    account: isPool ? 'pool' : 'member',
    member_id: isPool ? null : transfer.fromId,
    balance: transfer.balance,
    transfer_id: transfer.id
  }
  return crossing.type === 'exhausted'
    ? [{ type: 'credits.exhausted', subject, data }]
    : [{ type: 'credits.low', subject, data: { ...data, percent: crossing.percent } }]
}

function subjectOf({ memberId, organizationId }: CreditTransferRow) {
  const type: SubjectType = memberId === null ? 'organization' : 'member'
  return { type, id: memberId ?? organizationId }
}
