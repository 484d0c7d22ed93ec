import type { Static } from '@sinclair/typebox'
import { and, eq, ne, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { effectiveStatus } from '../members/effective-status.js'
import { seatLimitOf, usedSeatsOf } from '../seats/free-seats.js'
import { findOrganization, type MemberCounts } from './queries.js'
import type { SummarySchema } from './schemas.js'

/** How many members of each status, and what that leaves of the seats. */
export async function getSummary(
  deps: Deps,
  ctx: OrgContext
): Promise<Static<typeof SummarySchema>> {
  const organization = await findOrganization(deps.db, ctx.organizationId)
  const status = effectiveStatus(ctx.now)
  const counted = await deps.db
    .select({ status, count: sql<number>`count(*)::int` })
    .from(members)
    .where(and(eq(members.organizationId, ctx.organizationId), ne(members.status, 'removed')))
    .groupBy(sql`1`)
  const counts: MemberCounts = Object.fromEntries(counted.map((row) => [row.status, row.count]))

  const { policy } = ctx.policy
  const used = usedSeatsOf(counts, policy)
  const size = seatLimitOf(organization, policy)
  return {
    organization_id: organization.id,
    name: organization.name,
    seats: { used, available: size === null ? null : Math.max(0, size - used), size },
    members: {
      invited: counts.invited ?? 0,
      invitation_expired: counts.invitation_expired ?? 0,
      active: counts.active ?? 0,
      suspended: counts.suspended ?? 0,
      reassignment_pending: counts.reassignment_pending ?? 0
    }
  }
}
