import { and, type SQL, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { type EventFilter, inOrganization, whereEvents } from './event-filter.js'
import { EVENT_COLUMNS, EVENT_SOURCE, type EventRecord, readEvent, runQuery } from './queries.js'

/** The organization's log, newest first. */
export async function listEvents(
  deps: Deps,
  { organizationId }: OrgContext,
  filter: EventFilter,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<EventRecord>> {
  const where = and(inOrganization(organizationId), whereEvents(filter))
  const beyond = after === undefined ? undefined : isBefore(organizationId, after)
  const total = includeTotal ? sql`, (${countOf(where)}) as total` : sql``
  const found = await runQuery<{ total?: number }>(
    deps.db,
    sql`select ${sql.raw(EVENT_COLUMNS)}${total} from ${sql.raw(EVENT_SOURCE)}
    where ${and(where, beyond)} order by e.position desc limit ${limit + 1}`
  )
  const rows = found.map(readEvent)
  if (!includeTotal) return { rows, total: undefined }
  // A page without rows carries no total: its cursor may stand behind the last row.
  return { rows, total: found[0]?.total ?? (await countEvents(deps.db, where)) }
}

const countOf = (where: SQL | undefined) =>
  sql`select count(*)::int as total from ${sql.raw(EVENT_SOURCE)} where ${where}`

async function countEvents(db: Db, where: SQL | undefined): Promise<number> {
  const [row] = await runQuery<{ total: number }>(db, countOf(where))
  return row?.total ?? 0
}

/**
 * Before an event in the order of the log. One whose retention has ended since is gone: then before
 * those that were made later, as ids tell too.
 */
function isBefore(organizationId: string, id: string): SQL {
  const uuid = idToUuid('evt', id)
  const places = sql`from events other where other.organization_id = ${idToUuid('org', organizationId)}`
  return sql`e.position < coalesce(
    (select other.position ${places} and other.id = ${uuid}),
    (select max(other.position) + 1 ${places} and other.id < ${uuid}))`
}
