import type { Static } from '@sinclair/typebox'
import { and, asc, eq, ne, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { members } from '../../db/tables/members.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { ownerRoleOf } from '../../policy/document.js'
import { effectiveStatus } from '../members/effective-status.js'
import { sizeOf, usedSeatsOf } from '../seats/seat-count.js'
import { seatText, seatTitle } from '../seats/seat-texts.js'
import { findBlocks } from './find-blocks.js'
import { findOrganization, type MemberCounts } from './queries.js'
import { labelsOf } from './summary-labels.js'
import type { SummarySchema } from './summary-schemas.js'

type Summary = Static<typeof SummarySchema>

/**
 * What a team page shows first (SM-07, OUPI-06, OUPI-14): seats, members by status, whose team it is,
 * its plan, and what keeps anybody from being invited.
 */
export async function getSummary(deps: Deps, ctx: OrgContext): Promise<Summary> {
  const organization = await findOrganization(deps.db, ctx.organizationId)
  const counts = await countMembers(deps, ctx)
  return {
    organization_id: organization.id,
    name: organization.name,
    status: ctx.standing.status,
    primary_administrator: await findPrimaryAdministrator(deps, ctx),
    account_owner: organization.billing.account_owner ?? null,
    plan: organization.plan,
    entitlements: organization.entitlements,
    billing_status: organization.billingStatus,
    seats: seatsOf(ctx, organization, counts),
    members: {
      invited: counts.invited ?? 0,
      invitation_expired: counts.invitation_expired ?? 0,
      active: counts.active ?? 0,
      suspended: counts.suspended ?? 0,
      reassignment_pending: counts.reassignment_pending ?? 0
    },
    labels: labelsOf(ctx.policy.policy, ctx.locale),
    blocked: findBlocks(ctx, { counts, seats: organization.seats })
  }
}

/** True for the moment: whoever decides by it counts under the lock. */
export async function countMembers(
  { db }: Pick<Deps, 'db'>,
  { organizationId, now }: Pick<OrgContext, 'organizationId' | 'now'>
): Promise<MemberCounts> {
  const status = effectiveStatus(now)
  const counted = await db
    .select({ status, count: sql<number>`count(*)::int` })
    .from(members)
    .where(and(eq(members.organizationId, organizationId), ne(members.status, 'removed')))
    .groupBy(sql`1`)
  return Object.fromEntries(counted.map((row) => [row.status, row.count]))
}

/** Who holds the owner's role, and the longest where several do. */
async function findPrimaryAdministrator(
  { db }: Deps,
  ctx: OrgContext
): Promise<Summary['primary_administrator']> {
  const [holder] = await db
    .select({ member_id: members.id, name: members.name, email: members.email })
    .from(members)
    .where(
      and(
        eq(members.organizationId, ctx.organizationId),
        eq(members.role, ownerRoleOf(ctx.policy.policy)),
        ne(members.status, 'removed'),
        eq(effectiveStatus(ctx.now), 'active')
      )
    )
    .orderBy(asc(members.joinedAt), asc(members.id))
    .limit(1)
  return holder ?? null
}

function seatsOf(
  { policy: { policy }, locale }: OrgContext,
  { seats }: OrganizationRow,
  counts: MemberCounts
): Summary['seats'] {
  const used = usedSeatsOf(counts, policy)
  const size = sizeOf(seats, policy)
  return {
    mode: policy.seats.mode,
    used,
    available: size === null ? null : Math.max(0, size - used),
    size,
    title: seatTitle(locale),
    text: size === null ? null : seatText({ used, size }, locale)
  }
}
