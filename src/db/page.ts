import { type AnyColumn, and, asc, desc, getTableColumns, gt, lt, type SQL, sql } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import type { Db } from './client.js'
import { rowReader } from './rows.js'
import { statementOf } from './statement.js'

/** One page of a list, ordered by id, which is the order of creation. */
export interface PageRequest {
  readonly limit: number
  /** The id that the page before ended with. */
  readonly after: string | undefined
  readonly includeTotal: boolean
}

export interface PageResult<Row> {
  /** One more than the limit when there are more. */
  readonly rows: readonly Row[]
  readonly total: number | undefined
}

export interface PageFilter {
  readonly where: SQL | undefined
  readonly newestFirst: boolean
}

/** Reads one page of a table, and the total if asked, in one statement. */
export async function selectPage<T extends PgTable & { id: AnyColumn }>(
  db: Db,
  table: T,
  { where, newestFirst }: PageFilter,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<T['$inferSelect']>> {
  const beyond = after === undefined ? undefined : (newestFirst ? lt : gt)(table.id, after)
  const source: PgTable = table
  const total = sql`(select count(*)::int from ${table} where ${where ?? sql`true`})`.as('total')
  const query = db
    .select({ ...getTableColumns(source), ...(includeTotal ? { total } : {}) })
    .from(source)
    .where(and(where, beyond))
    .orderBy((newestFirst ? desc : asc)(table.id))
    .limit(limit + 1)
    .toSQL()
  const found = await db.run<{ total?: number }>(statementOf(query.sql), query.params)
  const rows = found.map(rowReader(table))
  if (!includeTotal) return { rows, total: undefined }
  // A page without rows carries no total: its cursor may stand behind the last row.
  return { rows, total: found[0]?.total ?? (await db.$count(source, where)) }
}

/** A fragment to look for, with the pattern's own signs taken literally. */
export const containsText = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`
