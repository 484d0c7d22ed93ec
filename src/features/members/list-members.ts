import { and, eq, exists, ilike, ne, or } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { containsText, type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { groupMembers } from '../../db/tables/groups.js'
import { type MemberRow, type MemberStatus, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { effectiveStatus } from './effective-status.js'

interface MemberFilter {
  readonly status?: MemberStatus | undefined
  readonly role?: string | undefined
  readonly email?: string | undefined
  readonly userId?: string | undefined
  readonly externalId?: string | undefined
  readonly groupId?: string | undefined
  /** A fragment of name or address. */
  readonly q?: string | undefined
}

/** Everybody who belongs to the organization, also the invited; removed ones only when asked for. */
export async function listMembers(
  deps: Deps,
  ctx: OrgContext,
  filter: MemberFilter,
  page: PageRequest
): Promise<PageResult<MemberRow>> {
  const { status, role, email, userId, externalId, groupId, q } = filter
  const where = and(
    eq(members.organizationId, ctx.organizationId),
    status === undefined ? ne(members.status, 'removed') : eq(effectiveStatus(ctx.now), status),
    role === undefined ? undefined : eq(members.role, role),
    email === undefined ? undefined : eq(members.emailKey, parseEmail(email)?.key ?? email),
    userId === undefined ? undefined : eq(members.userId, userId),
    externalId === undefined ? undefined : eq(members.externalId, externalId),
    groupId === undefined ? undefined : isInGroup(deps, groupId),
    q === undefined
      ? undefined
      : or(ilike(members.name, containsText(q)), ilike(members.email, containsText(q)))
  )
  return selectPage(deps.db, members, { where, newestFirst: false }, page)
}

function isInGroup({ db }: Deps, groupId: string) {
  const { organizationId, memberId } = groupMembers
  return exists(
    db
      .select({ id: memberId })
      .from(groupMembers)
      .where(
        and(
          eq(organizationId, members.organizationId),
          eq(groupMembers.groupId, groupId),
          eq(memberId, members.id)
        )
      )
  )
}
