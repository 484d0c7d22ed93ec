import { type SQL, sql } from 'drizzle-orm'
import { PgDialect } from 'drizzle-orm/pg-core'
import type { Db } from '../../db/client.js'
import { columnsOf, rowReader } from '../../db/rows.js'
import { statementOf } from '../../db/statement.js'
import { events, type Leaves } from '../../db/tables/events.js'
import { idToUuid, uuidToId } from '../../ids.js'
import { joinPersonal, type Told } from './personal.js'

type Written = typeof events.$inferSelect

/** An event as it is told: what stays for good together with what is personal. */
export type EventRecord = Omit<Written, keyof Told> &
  Told & {
    /** Its place in the order in which everybody sees events. */
    readonly position: number
  }

const dialect = new PgDialect()
const readWritten = rowReader(events)

/** The columns of `event e` and `event_personal p`, to be read by `readEvent`. */
export const EVENT_COLUMNS = `${columnsOf(events, 'e')}, e.position, p.leaves`
export const EVENT_SOURCE = `events e left join event_personal p on
  p.organization_id = e.organization_id and p.event_id = e.id and p.keep_until = e.keep_until`

export function readEvent(raw: Record<string, unknown>): EventRecord {
  const { leaves, position } = raw as { leaves: Leaves | null; position: string }
  const written = readWritten(raw)
  return { ...written, ...joinPersonal(written, leaves ?? {}), position: Number(position) }
}

/** The personal part of some events as it is stored, by the event's id. */
export async function findLeaves(
  db: Db,
  records: readonly EventRecord[]
): Promise<(id: string) => Leaves> {
  const keys = records.map((row) => ({
    organization_id: idToUuid('org', row.organizationId),
    event_id: idToUuid('evt', row.id),
    keep_until: row.keepUntil
  }))
  const { rows } = await db.execute<{ event_id: string; leaves: Leaves }>(sql`
    select event_id, leaves from event_personal
    join json_to_recordset(${JSON.stringify(keys)}::json) as asked(
      organization_id uuid, event_id uuid, keep_until timestamptz)
    using (organization_id, event_id, keep_until)`)
  const known = new Map(rows.map(({ event_id, leaves }) => [uuidToId('evt', event_id), leaves]))
  return (id) => known.get(id) ?? {}
}

export interface EventSelection {
  /** Of `e`, and `p` for what is personal. */
  readonly where: SQL
  readonly order: 'asc' | 'desc'
  readonly limit: number
}

/** Events in the order of their positions. */
export async function selectEvents(
  db: Db,
  { where, order, limit }: EventSelection
): Promise<EventRecord[]> {
  const rows = await runQuery(
    db,
    sql`select ${sql.raw(EVENT_COLUMNS)} from ${sql.raw(EVENT_SOURCE)}
    where ${where} order by e.position ${sql.raw(order)} limit ${limit}`
  )
  return rows.map(readEvent)
}

/** Of the same text for the same shape of a question, so that it is planned once. */
export async function runQuery<Row extends Record<string, unknown>>(
  db: Db,
  query: SQL
): Promise<Row[]> {
  const { sql: text, params } = dialect.sqlToQuery(query)
  return db.run<Row>(statementOf(text), params)
}

const FIND_EVENT = statementOf(
  `select ${EVENT_COLUMNS} from ${EVENT_SOURCE} where e.organization_id = $1 and e.id = $2`
)

export async function findEvent(
  db: Db,
  organizationId: string,
  id: string
): Promise<EventRecord | undefined> {
  const [row] = await db.run(FIND_EVENT, [idToUuid('org', organizationId), idToUuid('evt', id)])
  return row && readEvent(row)
}
