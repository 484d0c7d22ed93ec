import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Problem } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { LockedOrganization, MemberCounts } from '../organizations/queries.js'
import { seatsExhausted } from './errors.js'

/** How many members the organization may have; null: any number. */
export function seatLimitOf(organization: OrganizationRow, policy: Policy): number | null {
  if (policy.seats.mode === 'none') return null
  return organization.seatLimit ?? policy.seats.limit
}

/** Derived from the statuses that the policy counts. */
export function usedSeatsOf(counts: MemberCounts, { seats }: Policy): number {
  return seats.counted.reduce((sum, status) => sum + (counts[status] ?? 0), 0)
}

/**
 * How many more members fit in: true until the commit, as the organization was locked with
 * `countMembers`. Every door asks this one function.
 */
export function freeSeatsOf({ row, policy: { policy }, counts }: LockedOrganization): number {
  const limit = seatLimitOf(row, policy)
  if (limit === null) return Number.POSITIVE_INFINITY
  if (!counts) throw new Error('lock the organization with countMembers to give seats away')
  return Math.max(0, limit - usedSeatsOf(counts, policy))
}

/** What whoever asks for a seat is told when none is free. */
export function noSeatLeft({ row, policy: { policy } }: LockedOrganization): Problem {
  return seatsExhausted({ limit: seatLimitOf(row, policy) })
}
