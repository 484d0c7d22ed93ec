import { and, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { idToUuid } from '../../ids.js'
import { type EventRecord, runQuery, selectEvents } from './queries.js'

/** What of the log is read, oldest first. */
export interface Scan {
  /** Null: of all, and of the deployment itself. */
  readonly organizationIds: readonly string[] | null
  /** Which of them are meant; undefined: all. */
  readonly where: SQL | undefined
  /** From behind this position up to that one, which is complete. */
  readonly after: number
  readonly until: number
  readonly limit: number
}

export interface Scanned {
  readonly rows: readonly EventRecord[]
  /** All up to this position has been looked at; never before `after`. */
  readonly reached: number
  /** Whether there may be more up to where it is complete. */
  readonly hasMore: boolean
}

/** Events that are looked at for those that are meant: a rare one must not take all day. */
const LOOKED_AT_MAX = 20_000

/** The next events that are meant, or how far there are none. */
export async function scanEvents(db: Db, scan: Scan): Promise<Scanned> {
  const { organizationIds, where, after, until, limit } = scan
  if (after >= until) return { rows: [], reached: after, hasMore: false }
  const end = (await findEnd(db, scan)) ?? until
  const found = await selectEvents(db, {
    where: sql`${and(inScope(organizationIds), within(after, end), where)}`,
    order: 'asc',
    limit: limit + 1
  })
  const rows = found.slice(0, limit)
  const last = rows.at(-1)
  if (found.length > limit && last) return { rows, reached: last.position, hasMore: true }
  return { rows, reached: end, hasMore: end < until }
}

const within = (after: number, until: number) =>
  sql`e.position > ${after} and e.position <= ${until}`

function inScope(organizationIds: Scan['organizationIds']): SQL | undefined {
  const [first, ...others] = uuidsOf(organizationIds ?? [])
  if (first === undefined) return undefined
  return others.length === 0
    ? sql`e.organization_id = ${first}`
    : sql`e.organization_id = any(${sql.param([first, ...others])}::uuid[])`
}

const uuidsOf = (ids: readonly string[]) => ids.map((id) => idToUuid('org', id))

/**
 * Up to where to look; undefined: to the end. Where whatever there is is meant, the limit itself says
 * how many are read, as an index has them in order.
 */
async function findEnd(db: Db, scan: Scan): Promise<number | undefined> {
  const { organizationIds, where, after, until, limit } = scan
  const sources = organizationIds?.length ?? 1
  if (where === undefined && sources === 1) return undefined
  const each = Math.max(Math.floor(LOOKED_AT_MAX / sources), where === undefined ? limit : 1)
  const query =
    organizationIds === null
      ? sql`select e.position from events e where ${within(after, until)}
          order by e.position offset ${each} limit 1`
      : sql`select min(place.position) as position
          from unnest(${sql.param(uuidsOf(organizationIds))}::uuid[]) as scope(organization_id),
            lateral (select e.position from events e
              where e.organization_id = scope.organization_id and ${within(after, until)}
              order by e.position offset ${each} limit 1) place`
  const [row] = await runQuery<{ position: string | null }>(db, query)
  return row?.position == null ? undefined : Number(row.position)
}
