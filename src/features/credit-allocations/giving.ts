import type { MemberStatus } from '../../db/tables/members.js'
import type { Problem } from '../../errors.js'
import { CREDITS_MAX } from '../../policy/credits-shape.js'
import {
  creditAmountTooLarge,
  creditsFrozen,
  insufficientCredits,
  unknownMember
} from '../credits/errors.js'

/** Why a member cannot be given credits: what the invited get is reserved until they accept. */
export function refuseToGive(
  memberId: string,
  status: MemberStatus | undefined
): Problem | undefined {
  if (status === undefined) return unknownMember({ member_id: memberId })
  if (status === 'active' || status === 'invited') return undefined
  return creditsFrozen({ member_id: memberId, member_status: status })
}

/** @throws Problem credit_amount_too_large beyond what a number holds exactly */
export function sumCredits(amounts: readonly number[]): number {
  return amounts.reduce((sum, amount) => {
    if (amount > CREDITS_MAX - sum) throw creditAmountTooLarge({ max: CREDITS_MAX })
    return sum + amount
  }, 0)
}

/** Takes amounts out of so many credits, one after the other: says why one is not taken. */
export function takeInTurn(credits: number): (amount: number) => Problem | undefined {
  let available = credits
  return (amount) => {
    if (amount > available) return insufficientCredits({ available, needed: amount })
    available -= amount
    return undefined
  }
}
