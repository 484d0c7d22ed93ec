import { and, type SQL, sql } from 'drizzle-orm'
import type { KeyContext, PersonContext } from '../../context.js'
import { instantSql } from '../../db/columns.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import { columnsOf, rowReader } from '../../db/rows.js'
import { type MemberRow, type MemberStatus, members } from '../../db/tables/members.js'
import type { OrganizationStatus } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import type { Policy } from '../../policy/document.js'
import { inOrganization, loadPolicyVersion } from '../../policy-versions.js'
import { organizationStatusAt, refuseCanceled } from '../../standing.js'
import { runQuery } from '../events/queries.js'
import { statusAt } from '../members/effective-status.js'

export interface MembershipFilter {
  readonly status?: MemberStatus | undefined
  /** Also those that are over. */
  readonly includeRemoved: boolean
}

/** A person in one organization, and whether they get into it right now. */
export interface Membership {
  readonly id: string
  readonly member: MemberRow
  readonly status: MemberStatus
  readonly organization: {
    readonly id: string
    readonly externalId: string | null
    readonly name: string
    readonly status: OrganizationStatus
  }
  readonly policyKey: string
  readonly policy: Policy
  /** Why they do not; null: they do. */
  readonly code: string | null
}

type Raw = Record<string, unknown> & {
  readonly total?: number
  readonly organization_external_id: string | null
  readonly organization_name: string
  readonly organization_status: OrganizationStatus
  readonly flag_at: Date | null
  readonly delete_at: Date | null
  readonly policy_key: string
  readonly policy_version: number
  readonly custom_roles: string | null
}

const readMember = rowReader(members)

/** Which organizations whoever asks may see, and when. */
type Reach = Pick<KeyContext | PersonContext, 'now' | 'organizationIds'>

/**
 * Every organization to which a person belongs, of those that the key may reach: what a product needs
 * to let them switch between a personal account and those of teams (OUPI-127). Of whom nobody knows
 * there are none.
 */
export async function listMemberships(
  deps: Deps,
  ctx: Reach,
  { userId, ...filter }: MembershipFilter & { readonly userId: string },
  page: PageRequest
): Promise<PageResult<Membership>> {
  const where = whereTheirs(ctx, userId, filter)
  const rows = await runQuery<Raw>(deps.db, selectMemberships(where, page))
  const found = await Promise.all(rows.map((raw) => readMembership(deps, ctx, raw)))
  if (!page.includeTotal) return { rows: found, total: undefined }
  // A page without rows carries no total: its cursor may stand behind the last row.
  const [counted] = rows.length > 0 ? rows : await runQuery<Raw>(deps.db, countOf(where))
  return { rows: found, total: counted?.total }
}

/** Who was removed under a policy that takes names off belongs here to nobody any more. */
function whereTheirs(
  { now, organizationIds }: Reach,
  userId: string,
  { status, includeRemoved }: MembershipFilter
): SQL | undefined {
  const uuids = organizationIds?.map((id) => idToUuid('org', id))
  return and(
    sql`m.user_id = ${userId}`,
    uuids && sql`m.organization_id = any(${sql.param(uuids)}::uuid[])`,
    includeRemoved || status === 'removed' ? undefined : sql`m.status <> 'removed'`,
    status === undefined
      ? undefined
      : sql`member_status_at(m.status, m.offer_expires_at, m.offer_lapses_to, ${instantSql(now)})
          = ${status}`,
    sql`o.status <> 'deleted'`,
    sql`(o.delete_at is null or o.delete_at > ${instantSql(now)})`
  )
}

const SOURCE = sql.raw('from members m join organizations o on o.id = m.organization_id')

function selectMemberships(where: SQL | undefined, page: PageRequest): SQL {
  const { limit, after, includeTotal } = page
  const beyond = after === undefined ? undefined : sql`m.id > ${idToUuid('mem', after)}::uuid`
  const total = sql`, (select count(*)::int ${SOURCE} where ${where}) as total`
  return sql`select ${sql.raw(columnsOf(members, 'm'))}, o.external_id as organization_external_id,
      o.name as organization_name, o.status as organization_status, o.flag_at, o.delete_at,
      o.policy_key, custom_roles_of(o.id) as custom_roles, (
        select p.version from policies p where p.key = o.policy_key
        order by p.version desc limit 1) as policy_version${includeTotal ? total : sql``}
    ${SOURCE} where ${and(where, beyond)} order by m.id limit ${limit + 1}`
}

const countOf = (where: SQL | undefined) =>
  sql`select count(*)::int as total ${SOURCE} where ${where}`

/** Versions of policies never change, so this process has read almost all of them before. */
async function readMembership(deps: Deps, { now }: Reach, raw: Raw): Promise<Membership> {
  const { policy_key: policyKey, policy_version: version } = raw
  const read = await loadPolicyVersion(deps, deps.db, policyKey, version)
  const { policy } = inOrganization(read, raw.custom_roles)
  const { flag_at: flagAt, delete_at: deleteAt, organization_status: written } = raw
  const standing = { status: organizationStatusAt({ status: written, flagAt, deleteAt }, now) }
  const member = readMember(raw)
  const status = statusAt(member, now)
  return {
    id: member.id,
    member,
    status,
    organization: {
      id: member.organizationId,
      externalId: raw.organization_external_id,
      name: raw.organization_name,
      status: standing.status
    },
    policyKey,
    policy,
    code: KEPT_OUT[status] ?? refuseCanceled(standing, policy)?.definition.code ?? null
  }
}

/** In the words in which a question about a right is answered. */
const KEPT_OUT: Readonly<Partial<Record<MemberStatus, string>>> = {
  removed: 'not_a_member',
  suspended: 'member_suspended',
  reassignment_pending: 'reassignment_pending'
}
