import { and, eq, gt, inArray, isNull, not, or, sql } from 'drizzle-orm'
import type { Db, Tx } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Policy } from '../../policy/document.js'

/** How many members the organization may have; null: any number. */
export function seatLimitOf(organization: OrganizationRow, policy: Policy): number | null {
  if (policy.seats.mode === 'none') return null
  return organization.seatLimit ?? policy.seats.limit
}

/**
 * How many more members fit in. Takes a Tx that holds the organization's lock: what it answers
 * stays true until the commit. Every door asks this one function.
 */
export async function countFreeSeats(
  tx: Tx,
  organization: OrganizationRow,
  policy: Policy,
  now: Date
): Promise<number> {
  const limit = seatLimitOf(organization, policy)
  if (limit === null) return Number.POSITIVE_INFINITY
  return Math.max(0, limit - (await countUsedSeats(tx, organization.id, policy, now)))
}

/** Derived from the members' statuses that the policy counts; an offer that has run out uses none. */
async function countUsedSeats(
  db: Db,
  organizationId: string,
  policy: Policy,
  now: Date
): Promise<number> {
  const lapsed = and(
    eq(members.status, 'invited'),
    not(or(isNull(members.offerExpiresAt), gt(members.offerExpiresAt, now)) ?? sql`true`)
  )
  const [row] = await db
    .select({ used: sql<number>`count(*)::int` })
    .from(members)
    .where(
      and(
        eq(members.organizationId, organizationId),
        inArray(members.status, policy.seats.counted),
        not(lapsed ?? sql`false`)
      )
    )
  return row?.used ?? 0
}
