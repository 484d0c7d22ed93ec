import { invalidRequest, type Problem } from '../../errors.js'
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

/** What a refusal tells of. */
interface Told {
  readonly request: TransferRequest
  readonly available: number | null
  /** Whose account it is about. */
  readonly memberId: string | undefined
  readonly status: string | null
}

const PROBLEMS: Readonly<Record<string, (told: Told) => Problem>> = {
  unknown_member: ({ memberId }) => unknownMember({ member_id: memberId }),
  credits_frozen: ({ memberId, status }) =>
    creditsFrozen({ member_id: memberId, member_status: status }),
  insufficient_credits: ({ request, available }) =>
    insufficientCredits({ available, needed: request.amount }),
  credit_amount_too_large: ({ available }) => creditAmountTooLarge({ max: CREDITS_MAX, available }),
  unknown_transfer: ({ request }) => unknownTransfer({ transfer_id: request.ofId }),
  hold_ended: ({ request }) => holdEnded({ transfer_id: request.ofId }),
  hold_expired: ({ request }) => holdExpired({ transfer_id: request.ofId }),
  over_already: () =>
    invalidRequest({
      errors: [{ pointer: '#/expires_at', detail: 'Must be in the future.' }]
    }),
  exceeds_hold: ({ request, available }) => exceedsHold({ transfer_id: request.ofId, available }),
  exceeds_spend: ({ request, available }) => exceedsSpend({ transfer_id: request.ofId, available })
}

/** Why a transfer was not done, in words for whoever asked. */
export function refusalOf(request: TransferRequest, said: Said): Problem {
  const problem = PROBLEMS[said.outcome]
  if (!problem) throw new Error(`the ledger says ${said.outcome}`)
  const available = said.detail === null ? null : Number(said.detail)
  // Of a move the ledger says 1 where it is about whoever gets.
  const isGetter = available === 1 && request.kind === 'move'
  const memberId = isGetter ? request.toMemberId : request.memberId
  return problem({ request, available, memberId, status: said.member_status })
}
