import { and, asc, eq, gt, ne, type SQL, sql } from 'drizzle-orm'
import { selectPage } from '../../db/page.js'
import { type BillingEntryRow, billingEntries } from '../../db/tables/billing-entries.js'
import { domainClaims } from '../../db/tables/domain-claims.js'
import { exports } from '../../db/tables/exports.js'
import { groupMembers, groups } from '../../db/tables/groups.js'
import { invitations } from '../../db/tables/invitations.js'
import { joinRequests } from '../../db/tables/join-requests.js'
import { mailSuppressions } from '../../db/tables/mail-suppressions.js'
import { members } from '../../db/tables/members.js'
import { notices } from '../../db/tables/notices.js'
import { signupPages, signups } from '../../db/tables/signup-pages.js'
import { idToUuid } from '../../ids.js'
import { matrixOf } from '../../policy/matrix.js'
import { toBillingAnswer, toBillingEntry } from '../billing/schemas.js'
import { findBranding } from '../branding/queries.js'
import { toBranding } from '../branding/schemas.js'
import { toDomainClaim } from '../domain-claims/schemas.js'
import { type EventRecord, selectEvents } from '../events/queries.js'
import { toEvent } from '../events/schemas.js'
import { membersCount } from '../groups/queries.js'
import { toGroup } from '../groups/schemas.js'
import { toInvitation } from '../invitations/schemas.js'
import { toJoinRequest } from '../joining/schemas.js'
import { toMember } from '../members/schemas.js'
import { toNotice } from '../notices/schemas.js'
import { toOrganization } from '../organizations/schemas.js'
import { countEachRole } from '../roles/queries.js'
import { toRole } from '../roles/schemas.js'
import { toSignupPage } from '../signup-pages/schemas.js'
import { toMailSuppression } from '../suppressions/schemas.js'
import { tellCredits } from './credit-contents.js'
import { byId, type ExportSource, type Line, type Lines, PAGE_ROWS_MAX, pagesOf } from './lines.js'
import { tellResources } from './resource-contents.js'
import { toExport } from './schemas.js'

/** What a change of the lines’ shapes would count up. */
const FORMAT = 1

/**
 * Everything that the organization holds in Muster, in the shapes in which the API tells it, what is
 * referred to before what refers to it. Left out: the secrets of links, which nobody is told; what
 * only Muster works with, its jobs and its counts of resent mails; the log's seals, which prove what
 * is in the database and no copy of it; and deliveries of webhooks, the host's own plumbing.
 */
export async function* tellEverything(source: ExportSource): Lines {
  yield [tellExport(source), ...(await tellOrganization(source)), ...(await tellRoles(source))]
  yield* tellGroups(source)
  yield* tellMembers(source)
  yield* tellGroupMembers(source)
  yield* tellResources(source)
  yield* tellSignupPages(source)
  yield* tellSignups(source)
  yield* tellInvitations(source)
  yield* tellJoinRequests(source)
  yield* tellDomainClaims(source)
  yield* tellNotices(source)
  yield* tellSuppressions(source)
  yield* tellBillingEntries(source)
  yield* tellCredits(source)
  yield* tellPastExports(source)
  yield* tellEvents(source)
}

const tellExport = ({ row, now }: ExportSource): Line => ({
  type: 'export',
  data: {
    id: row.id,
    organization_id: row.organizationId,
    exported_at: now.toISOString(),
    format: FORMAT
  }
})

const tellOrganization = async ({ db, organization, now }: ExportSource): Promise<Line[]> => [
  { type: 'organization', data: toOrganization(organization, now) },
  { type: 'billing', data: toBillingAnswer(organization) },
  { type: 'branding', data: toBranding(await findBranding(db, organization.id)) }
]

/** Only its own: the others are the policy's. They are few. */
async function tellRoles({ db, organization, policy, now }: ExportSource): Promise<Line[]> {
  const holders = await countEachRole(db, { organizationId: organization.id, now })
  const { may } = matrixOf(policy.policy)
  return policy.policy.roles.flatMap((role) => {
    const allowed = may.get(role.key)
    if (role.custom !== true || !allowed) return []
    const inUse = { role, holders: holders(role.key).all, may: allowed }
    return [{ type: 'role', data: toRole(inUse, organization.locale) }]
  })
}

async function* tellGroups({ db, organization }: ExportSource): Lines {
  const where = eq(groups.organizationId, organization.id)
  const filter = { where, newestFirst: false, counts: { membersCount } }
  const read = byId((page) => selectPage(db, groups, filter, page))
  yield* pagesOf(read, (row) => ({ type: 'group', data: toGroup(row) }))
}

async function* tellMembers({ db, organization, policy, now }: ExportSource): Lines {
  const filter = { where: eq(members.organizationId, organization.id), newestFirst: false }
  const reader = { now, locale: organization.locale, policy }
  const read = byId((page) => selectPage(db, members, filter, page))
  yield* pagesOf(read, (row) => ({ type: 'member', data: toMember(row, reader) }))
}

type GroupMember = typeof groupMembers.$inferSelect

async function* tellGroupMembers({ db, organization }: ExportSource): Lines {
  const { organizationId, groupId, memberId } = groupMembers
  const beyond = (after: GroupMember | undefined): SQL | undefined =>
    after &&
    sql`(${groupId}, ${memberId}) > (${idToUuid('grp', after.groupId)}::uuid,
      ${idToUuid('mem', after.memberId)}::uuid)`
  const read = (after: GroupMember | undefined) =>
    db
      .select()
      .from(groupMembers)
      .where(and(eq(organizationId, organization.id), beyond(after)))
      .orderBy(asc(groupId), asc(memberId))
      .limit(PAGE_ROWS_MAX)
  yield* pagesOf(read, (row) => ({
    type: 'group_member',
    data: {
      group_id: row.groupId,
      member_id: row.memberId,
      created_at: row.createdAt.toISOString()
    }
  }))
}

async function* tellSignupPages({ db, organization, baseUrl }: ExportSource): Lines {
  const filter = { where: eq(signupPages.organizationId, organization.id), newestFirst: false }
  const read = byId((page) => selectPage(db, signupPages, filter, page))
  yield* pagesOf(read, (row) => ({ type: 'signup_page', data: toSignupPage(row, baseUrl) }))
}

type Signup = typeof signups.$inferSelect

async function* tellSignups({ db, organization }: ExportSource): Lines {
  const { organizationId, signupPageId, emailKey } = signups
  const beyond = (after: Signup | undefined): SQL | undefined =>
    after &&
    sql`(${signupPageId}, ${emailKey}) > (${idToUuid('sgp', after.signupPageId)}::uuid,
      ${after.emailKey})`
  const read = (after: Signup | undefined) =>
    db
      .select()
      .from(signups)
      .where(and(eq(organizationId, organization.id), beyond(after)))
      .orderBy(asc(signupPageId), asc(emailKey))
      .limit(PAGE_ROWS_MAX)
  yield* pagesOf(read, (row) => ({
    type: 'signup',
    data: {
      signup_page_id: row.signupPageId,
      email: row.emailKey,
      created_at: row.createdAt.toISOString()
    }
  }))
}

async function* tellInvitations({ db, organization, now }: ExportSource): Lines {
  const filter = { where: eq(invitations.organizationId, organization.id), newestFirst: false }
  const read = byId((page) => selectPage(db, invitations, filter, page))
  yield* pagesOf(read, (row) => ({ type: 'invitation', data: toInvitation(row, now) }))
}

async function* tellJoinRequests({ db, organization }: ExportSource): Lines {
  const filter = { where: eq(joinRequests.organizationId, organization.id), newestFirst: false }
  const read = byId((page) => selectPage(db, joinRequests, filter, page))
  yield* pagesOf(read, (row) => ({ type: 'join_request', data: toJoinRequest(row) }))
}

async function* tellDomainClaims({ db, organization, now }: ExportSource): Lines {
  const filter = { where: eq(domainClaims.organizationId, organization.id), newestFirst: false }
  const read = byId((page) => selectPage(db, domainClaims, filter, page))
  yield* pagesOf(read, (row) => ({ type: 'domain_claim', data: toDomainClaim(row, now) }))
}

async function* tellNotices({ db, organization }: ExportSource): Lines {
  const filter = { where: eq(notices.organizationId, organization.id), newestFirst: false }
  const read = byId((page) => selectPage(db, notices, filter, page))
  yield* pagesOf(read, (row) => ({ type: 'notice', data: toNotice(row) }))
}

/** Who has unsubscribed from what the team tells. */
async function* tellSuppressions({ db, organization }: ExportSource): Lines {
  const where = eq(mailSuppressions.organizationId, organization.id)
  const read = byId((page) => selectPage(db, mailSuppressions, { where, newestFirst: false }, page))
  yield* pagesOf(read, (row) => ({ type: 'mail_suppression', data: toMailSuppression(row) }))
}

/** By number: ids of several processes need not be in the order of the commits. */
async function* tellBillingEntries({ db, organization }: ExportSource): Lines {
  const { organizationId, number } = billingEntries
  const read = (after: BillingEntryRow | undefined) =>
    db
      .select()
      .from(billingEntries)
      .where(and(eq(organizationId, organization.id), gt(number, after?.number ?? 0)))
      .orderBy(asc(number))
      .limit(PAGE_ROWS_MAX)
  yield* pagesOf(read, (row) => ({ type: 'billing_entry', data: toBillingEntry(row) }))
}

async function* tellPastExports({ db, organization, row: { id }, now }: ExportSource): Lines {
  const where = and(eq(exports.organizationId, organization.id), ne(exports.id, id))
  const read = byId((page) => selectPage(db, exports, { where, newestFirst: false }, page))
  yield* pagesOf(read, (row) => ({ type: 'past_export', data: toExport(row, now) }))
}

async function* tellEvents({ db, organization }: ExportSource): Lines {
  const read = (after: EventRecord | undefined) =>
    selectEvents(db, {
      where: sql`e.organization_id = ${idToUuid('org', organization.id)}
        and e.position > ${after?.position ?? 0}`,
      order: 'asc',
      limit: PAGE_ROWS_MAX
    })
  yield* pagesOf(read, (row) => ({ type: 'event', data: toEvent(row) }))
}
