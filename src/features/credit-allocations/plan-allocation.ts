import type { MemberStatus } from '../../db/tables/members.js'
import type { Problem } from '../../errors.js'
import { shareBelowOneCredit, tooManyRecipients } from './errors.js'
import { refuseToGive, sumCredits, takeInTurn } from './giving.js'
import { RECIPIENTS_MAX } from './schemas.js'

/** One who is to get a part of something. */
export interface Claim {
  readonly memberId: string
  /** Undefined: there is no such member. */
  readonly status: MemberStatus | undefined
  readonly groupId?: string
  /** Whole, at least 1. */
  readonly weight: number
}

/** Credits, and among whom they are divided. */
export interface Pot {
  readonly total: number
  readonly claims: readonly Claim[]
}

interface Share {
  readonly memberId: string
  readonly groupId?: string
  /** Whole credits, 0 where there are fewer credits than parts. */
  readonly amount: number
}

export type PlannedShare = Share &
  (
    | { readonly status: 'created' | 'unchanged'; readonly problem?: never }
    | { readonly status: 'error'; readonly problem: Problem }
  )

export interface Plan {
  /** What was to be given. */
  readonly asked: number
  /** What is given: never more than the pool has, nor than was to be given. */
  readonly total: number
  readonly shares: readonly PlannedShare[]
}

interface Limits {
  /** Credits in the pool. */
  readonly pool: number
  /** Gives to whom it suffices for, in order; else everybody gets their share or nobody. */
  readonly partial: boolean
}

/**
 * Who gets what, of which pot, in the order of the pots and their claims. Shares are whole credits,
 * rounded down; of whoever cannot be given anything, theirs stays in the pool (OUPI-69).
 *
 * @throws Problem too_many_recipients, credit_amount_too_large; unless partial, also
 * share_below_one_credit and insufficient_credits
 */
export function planAllocation(pots: readonly Pot[], { pool, partial }: Limits): Plan {
  const count = pots.reduce((sum, { claims }) => sum + claims.length, 0)
  if (count > RECIPIENTS_MAX) throw tooManyRecipients({ max: RECIPIENTS_MAX })
  const asked = sumCredits(pots.map(({ total }) => total))
  const shares = pots.flatMap(shareOut)
  if (!partial) refuseShort(shares, { asked, pool })
  const take = takeInTurn(pool)
  const planned = shares.map((share) => plan(share, take))
  const given = planned.filter(({ status }) => status === 'created')
  return { asked, total: sumCredits(given.map(({ amount }) => amount)), shares: planned }
}

/** A share, and why it cannot be given whatever is in the pool. */
interface Due {
  readonly share: Share
  readonly refusal: Problem | undefined
}

function shareOut({ total, claims }: Pot): Due[] {
  const amounts = divide(
    total,
    claims.map(({ weight }) => weight)
  )
  return claims.map(({ memberId, groupId, status }, index) => ({
    share: { memberId, ...(groupId === undefined ? {} : { groupId }), amount: amounts[index] ?? 0 },
    refusal: refuseToGive(memberId, status)
  }))
}

/** Exact: amounts times weights exceed what numbers hold. */
export function divide(total: number, weights: readonly number[]): number[] {
  const all = BigInt(weights.reduce((sum, weight) => sum + weight, 0))
  return weights.map((weight) => Number((BigInt(total) * BigInt(weight)) / all))
}

function refuseShort(
  shares: readonly Due[],
  { asked, pool }: { readonly asked: number; readonly pool: number }
): void {
  const amounts = shares.flatMap(({ share, refusal }) => (refusal ? [] : share.amount))
  if (amounts.includes(0)) throw shareBelowOneCredit({ total: asked, shares: shares.length })
  const refusal = takeInTurn(pool)(sumCredits(amounts))
  if (refusal) throw refusal
}

function plan(
  { share, refusal }: Due,
  take: (amount: number) => Problem | undefined
): PlannedShare {
  const problem = refusal ?? take(share.amount)
  if (problem) return { ...share, status: 'error', problem }
  return { ...share, status: share.amount === 0 ? 'unchanged' : 'created' }
}
