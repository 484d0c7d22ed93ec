import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type JoinRequestRow, joinRequests } from '../../db/tables/join-requests.js'
import type { Deps } from '../../deps.js'

interface RequestFilter {
  readonly status?: JoinRequestRow['status'] | undefined
}

/** Who has asked to join, newest first. */
export async function listJoinRequests(
  { db }: Deps,
  { organizationId }: OrgContext,
  { status }: RequestFilter,
  page: PageRequest
): Promise<PageResult<JoinRequestRow>> {
  const where = and(
    eq(joinRequests.organizationId, organizationId),
    status === undefined ? undefined : eq(joinRequests.status, status)
  )
  return selectPage(db, joinRequests, { where, newestFirst: true }, page)
}
