import type { Problem } from '../../errors.js'
import { CREDITS_MAX } from '../../policy/credits-shape.js'
import {
  creditAmountTooLarge,
  creditsFrozen,
  exceedsHold,
  exceedsSpend,
  holdEnded,
  holdExpired,
  insufficientCredits,
  unknownMember,
  unknownTransfer
} from './errors.js'
import type { TransferRequest } from './transfer-request.js'

/** What the ledger says when it does not do a transfer. */
interface Said {
  readonly outcome: string
  readonly detail: string | null
  readonly member_status: string | null
}

/** Why a transfer was not done, in words for whoever asked. */
export function refusalOf(request: TransferRequest, said: Said): Problem {
  const available = said.detail === null ? null : Number(said.detail)
  // Of a move the ledger says 1 where it is whoever gets.
  const whose = available === 1 && request.kind === 'move' ? request.toMemberId : request.memberId
  switch (said.outcome) {
    case 'unknown_member':
      return unknownMember({ member_id: whose })
    case 'credits_frozen':
      return creditsFrozen({ member_id: whose, member_status: said.member_status })
    case 'insufficient_credits':
      return insufficientCredits({ available, needed: request.amount })
    case 'credit_amount_too_large':
      return creditAmountTooLarge({ max: CREDITS_MAX, available })
    case 'unknown_transfer':
      return unknownTransfer({ transfer_id: request.ofId })
    case 'hold_ended':
      return holdEnded({ transfer_id: request.ofId })
    case 'hold_expired':
      return holdExpired({ transfer_id: request.ofId })
    case 'exceeds_hold':
      return exceedsHold({ transfer_id: request.ofId, available })
    case 'exceeds_spend':
      return exceedsSpend({ transfer_id: request.ofId, available })
    default:
      throw new Error(`the ledger says ${said.outcome}`)
  }
}
