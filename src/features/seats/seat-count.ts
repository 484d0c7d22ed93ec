import type { MemberStatus } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import type { MemberCounts } from '../organizations/queries.js'

/**
 * How many seats there are by what billing says, else by the policy; null: as many as you like.
 * Where seats are paid for and nothing is said, none is.
 */
export function sizeOf(seats: number | null, policy: Policy): number | null {
  const { mode, limit } = policy.seats
  if (mode === 'hard_cap') return seats ?? limit
  return mode === 'prepaid' ? (seats ?? limit ?? 0) : null
}

/** Whether a member of this status uses a seat (SM-08, OUPI-20). */
export function usesSeat({ seats: { counted } }: Policy, status: MemberStatus | null): boolean {
  return counted.some((one) => one === status)
}

/** Derived from the statuses that the policy counts: there is no figure that could drift. */
export function usedSeatsOf(counts: MemberCounts, { seats }: Policy): number {
  return seats.counted.reduce((sum, status) => sum + (counts[status] ?? 0), 0)
}
