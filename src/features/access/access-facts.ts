import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { creditAccounts, POOL_HOLDER } from '../../db/tables/credits.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import type { MailSuppressionRow } from '../../db/tables/mail-suppressions.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import { notFound } from '../../errors.js'
import { DEPLOYMENT_ID, idToUuid } from '../../ids.js'
import { usableBalance } from '../credit-quotas/quota.js'
import { type AccountRow, selectAccounts } from '../credits/account-queries.js'
import { runQuery } from '../events/queries.js'
import { isMember } from '../invitations/queries.js'

/** Grants of one member that are told. */
const GRANTS_MAX = 100

interface SuppressedBy {
  readonly reason: MailSuppressionRow['reason']
  /** Whether for every team. */
  readonly everywhere: boolean
}

export interface Seat {
  readonly member: MemberRow
  readonly organization: OrganizationRow
  /** Its last offer; null: it never was one. */
  readonly invitation: InvitationRow | null
  /** Since when it is kept though nobody uses it. */
  readonly idleSince: Date | null
  readonly suppressed: SuppressedBy | undefined
}

/** @throws Problem not_found */
export async function readSeat(db: Db, organizationId: string, id: string): Promise<Seat> {
  const everywhere = idToUuid('org', DEPLOYMENT_ID)
  const [row] = await db
    .select({
      member: members,
      organization: organizations,
      invitation: invitations,
      idleSince: sql<Date | string | null>`members.idle_since`,
      suppressed: sql<SuppressedBy | null>`(
        select json_build_object('reason', s.reason, 'everywhere', s.organization_id = ${everywhere})
        from mail_suppressions s
        where s.organization_id in (${everywhere}, ${members.organizationId})
          and s.email_key = coalesce(${invitations.emailKey}, ${members.emailKey})
          and s.reason <> 'unsubscribed'
        limit 1)`
    })
    .from(members)
    .innerJoin(organizations, eq(organizations.id, members.organizationId))
    .leftJoin(
      invitations,
      and(
        eq(invitations.organizationId, members.organizationId),
        eq(invitations.id, members.invitationId)
      )
    )
    .where(isMember(organizationId, id))
  if (!row) throw notFound()
  const { idleSince, suppressed, ...seat } = row
  return {
    ...seat,
    idleSince: idleSince === null ? null : new Date(idleSince),
    suppressed: suppressed ?? undefined
  }
}

/** One way in which a member has a resource. */
export interface HeldRow extends Record<string, unknown> {
  readonly id: string
  readonly external_id: string | null
  readonly name: string | null
  readonly kind: string
  readonly status: 'requested' | 'active'
  readonly mode: string
  /** Through which group; null: the member itself has it. */
  readonly group_id: string | null
  readonly last_used_at: Date | null
  /** How many there are in all. */
  readonly total: number
  /** And how many of them are still to be made. */
  readonly waiting: number
}

/** What a member has, also through groups: first what is still to be made. */
export function readHeld(db: Db, organizationId: string, memberId: string): Promise<HeldRow[]> {
  const [org, member] = [idToUuid('org', organizationId), idToUuid('mem', memberId)]
  return runQuery<HeldRow>(
    db,
    sql`select r.id, r.external_id, r.name, r.kind, r.status, held.mode, held.group_id,
        held.last_used_at, count(*) over ()::int as total,
        count(*) filter (where r.status = 'requested') over ()::int as waiting
      from (
        select g.resource_id, g.mode, null::uuid as group_id, g.last_used_at from resource_grants g
        where g.organization_id = ${org} and g.member_id = ${member}
        union all
        select gg.resource_id, gg.mode, gg.group_id, null from group_members gm
        join resource_group_grants gg on gg.organization_id = gm.organization_id
          and gg.group_id = gm.group_id
        where gm.organization_id = ${org} and gm.member_id = ${member}) held
      join resources r on r.organization_id = ${org} and r.id = held.resource_id
      order by (r.status = 'requested') desc, r.id, held.group_id nulls first
      limit ${GRANTS_MAX}`
  )
}

export interface CreditFacts extends AccountRow {
  /** Without what has run out and nobody has written down yet. */
  readonly usable: number
  readonly pool: number
}

/** Undefined: the policy has no pool. */
export async function readCredits(
  db: Db,
  { organizationId, policy: { policy }, now }: OrgContext,
  memberId: string
): Promise<CreditFacts | undefined> {
  if (policy.credits.kind !== 'pool') return undefined
  // The driver tells it as text.
  const usable = sql<number | string>`${usableBalance(now)}`
  const [[account], [pool]] = await Promise.all([
    selectAccounts(db, policy, { usable }).where(isMember(organizationId, memberId)),
    db
      .select({ usable })
      .from(creditAccounts)
      .where(
        and(
          eq(creditAccounts.organizationId, organizationId),
          eq(creditAccounts.holderId, POOL_HOLDER)
        )
      )
  ])
  if (!account) throw notFound()
  return { ...account, usable: Number(account.usable), pool: Number(pool?.usable ?? 0) }
}
