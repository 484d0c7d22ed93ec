import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type EventRow, events } from '../../db/tables/events.js'
import type { Deps } from '../../deps.js'
import type { EventType } from './event-types.js'

/** The organization's log, newest first. */
export async function listEvents(
  deps: Deps,
  ctx: OrgContext,
  filter: { type?: EventType | undefined; subjectId?: string | undefined },
  page: PageRequest
): Promise<PageResult<EventRow>> {
  const where = and(
    eq(events.organizationId, ctx.organizationId),
    filter.type === undefined ? undefined : eq(events.type, filter.type),
    filter.subjectId === undefined ? undefined : eq(events.subjectId, filter.subjectId)
  )
  return selectPage(deps.db, events, { where, newestFirst: true }, page)
}
