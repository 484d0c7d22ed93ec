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

export interface PageFilter<Count extends string = never> {
  readonly where: SQL | undefined
  readonly newestFirst: boolean
  /** What is counted of each row, beside its columns. */
  readonly counts?: Counts<Count>
}

/** Reads one page of a table, and the total if asked, in one statement. */
export async function selectPage<
  T extends PgTable & { id: AnyColumn },
  Count extends string = never
>(
  db: Db,
  table: T,
  { where, newestFirst, counts = {} as Counts<Count> }: PageFilter<Count>,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<T['$inferSelect'] & Readonly<Record<Count, number>>>> {
  const beyond = after === undefined ? undefined : (newestFirst ? lt : gt)(table.id, after)
  const source: PgTable = table
  const total = sql`(select count(*)::int from ${table} where ${where ?? sql`true`})`.as('total')
  const query = db
    .select({ ...getTableColumns(source), ...named(counts), ...(includeTotal ? { total } : {}) })
    .from(source)
    .where(and(where, beyond))
    .orderBy((newestFirst ? desc : asc)(table.id))
    .limit(limit + 1)
    .toSQL()
  const found = await db.run<{ total?: number }>(statementOf(query.sql), query.params)
  const rows = found.map(readerOf(table, counts))
  if (!includeTotal) return { rows, total: undefined }
  // A page without rows carries no total: its cursor may stand behind the last row.
  return { rows, total: found[0]?.total ?? (await db.$count(source, where)) }
}

/** A fragment to look for, with the pattern's own signs taken literally. */
export const containsText = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`

type Counts<Count extends string> = Readonly<Record<Count, SQL<number>>>

const named = (counts: Counts<string>) =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count.as(name)]))

function readerOf<T extends PgTable, Count extends string>(table: T, counts: Counts<Count>) {
  type Row = T['$inferSelect'] & Readonly<Record<Count, number>>
  const read = rowReader(table)
  const names = Object.keys(counts)
  return (raw: Record<string, unknown>) =>
    Object.assign(read(raw), Object.fromEntries(names.map((name) => [name, raw[name]]))) as Row
}
