import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { parseEmail } from '../../email.js'
import { type MemberFilter, whereMembers } from './member-filter.js'

interface ListFilter extends MemberFilter {
  readonly email?: string | undefined
  readonly userId?: string | undefined
  readonly externalId?: string | undefined
}

/** Everybody who belongs to the organization, also the invited; removed ones only when asked for. */
export async function listMembers(
  deps: Deps,
  ctx: OrgContext,
  { email, userId, externalId, ...filter }: ListFilter,
  page: PageRequest
): Promise<PageResult<MemberRow>> {
  const where = and(
    whereMembers(deps.db, ctx, filter),
    email === undefined ? undefined : eq(members.emailKey, parseEmail(email)?.key ?? email),
    userId === undefined ? undefined : eq(members.userId, userId),
    externalId === undefined ? undefined : eq(members.externalId, externalId)
  )
  return selectPage(deps.db, members, { where, newestFirst: false }, page)
}
