import type { Static } from '@sinclair/typebox'
import { and, eq, ne, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { effectiveStatus } from '../members/effective-status.js'
import { seatLimitOf } from '../seats/count-free-seats.js'
import { findOrganization } from './queries.js'
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
  const count = (name: string) => counted.find((row) => row.status === name)?.count ?? 0

  const { policy } = ctx.policy
  const used = policy.seats.counted.map(count).reduce((sum, one) => sum + one, 0)
  const size = seatLimitOf(organization, policy)
  return {
    organization_id: organization.id,
    name: organization.name,
    seats: { used, available: size === null ? null : Math.max(0, size - used), size },
    members: {
      invited: count('invited'),
      invitation_expired: count('invitation_expired'),
      active: count('active'),
      suspended: count('suspended'),
      reassignment_pending: count('reassignment_pending')
    }
  }
}
