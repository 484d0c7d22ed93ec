import { sql } from 'drizzle-orm'
import type { Db } from '../../src/db/client.js'

/** When a key was used is written beside its requests, at whatever moment. */
const NOTED = sql`'{last_used_at,last_used_ip}'::text[]`

/** Every row of every table, as text, by schema and table: to compare two moments, or to search. */
export async function dumpTables(db: Db): Promise<Map<string, string[]>> {
  const { rows: tables } = await db.execute<{ schema: string; name: string }>(sql`
    select table_schema as schema, table_name as name from information_schema.tables
    where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema')
    order by 1, 2`)
  const dump = new Map<string, string[]>()
  for (const { schema, name } of tables) {
    const { rows } = await db.execute<{ row: string }>(sql`
      select (to_jsonb(t) - ${NOTED})::text as row from ${sql.identifier(schema)}.${sql.identifier(name)} t
      order by 1`)
    dump.set(
      `${schema}.${name}`,
      rows.map(({ row }) => row)
    )
  }
  return dump
}

/** Muster's own tables: what the queue keeps beside them is its business. */
export async function dumpRows(db: Db, except: readonly string[] = []) {
  const dump = [...(await dumpTables(db))].filter(
    ([name]) => name.startsWith('public.') && !except.includes(name.slice('public.'.length))
  )
  return Object.fromEntries(dump)
}
