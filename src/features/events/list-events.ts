import { sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import type { EventType } from './event-types.js'
import { type EventRecord, selectEvents } from './queries.js'

/** The organization's log, newest first. */
export async function listEvents(
  deps: Deps,
  ctx: OrgContext,
  filter: { type?: EventType | undefined; subjectId?: string | undefined },
  { limit, after }: PageRequest
): Promise<PageResult<EventRecord>> {
  const { type, subjectId } = filter
  const where = sql.join(
    [
      sql`e.organization_id = ${idToUuid('org', ctx.organizationId)}`,
      ...(type === undefined ? [] : [sql`e.type = ${type}`]),
      ...(subjectId === undefined ? [] : [sql`e.subject_id = ${subjectId}`]),
      ...(after === undefined
        ? []
        : [
            sql`e.position < (select position from events before
            where before.organization_id = e.organization_id and before.id = ${idToUuid('evt', after)})`
          ])
    ],
    sql` and `
  )
  const rows = await selectEvents(deps.db, { where, order: 'desc', limit: limit + 1 })
  return { rows, total: undefined }
}
