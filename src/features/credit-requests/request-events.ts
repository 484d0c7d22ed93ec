import type { CreditRequestRow } from '../../db/tables/credits.js'
import type { NewEvent } from '../events/append-events.js'

type Decided = Exclude<CreditRequestRow['status'], 'pending'>

export const requestCreated = (row: CreditRequestRow): NewEvent => ({
  type: 'credit_request.created',
  subject: { type: 'credit_request', id: row.id },
  data: { member_id: row.memberId, amount: row.amount, reason: row.reason }
})

/** What has become of a request; `amount` is what was given where something was. */
export const requestDecided = (row: CreditRequestRow, status: Decided): NewEvent => ({
  type: `credit_request.${status}`,
  subject: { type: 'credit_request', id: row.id },
  data: {
    member_id: row.memberId,
    requested: row.amount,
    ...(status === 'approved' ? { amount: row.approvedAmount, transfer_id: row.transferId } : {}),
    note: row.note
  },
  changes: { status: ['pending', status] }
})
