import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type CreditRequestRow, creditRequests } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { isInGroup } from '../groups/queries.js'
import { visibleTo } from './queries.js'

interface RequestFilter {
  readonly status?: CreditRequestRow['status'] | undefined
  readonly memberId?: string | undefined
  readonly groupId?: string | undefined
}

/** Requests of an organization, newest first: all that whoever asks may see. */
export async function listCreditRequests(
  { db }: Deps,
  ctx: OrgContext,
  { status, memberId, groupId }: RequestFilter,
  page: PageRequest
): Promise<PageResult<CreditRequestRow>> {
  const where = and(
    eq(creditRequests.organizationId, ctx.organizationId),
    visibleTo(db, ctx),
    status === undefined ? undefined : eq(creditRequests.status, status),
    memberId === undefined ? undefined : eq(creditRequests.memberId, memberId),
    groupId === undefined ? undefined : isInGroup(creditRequests, groupId)
  )
  return selectPage(db, creditRequests, { where, newestFirst: true }, page)
}
