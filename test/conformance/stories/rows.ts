import { sql } from 'drizzle-orm'
import { idToUuid } from '../../../src/ids.js'
import { tenantTables } from '../../helpers/tenants.js'
import type { Teller } from './teller.js'

export type Row = Readonly<Record<string, unknown>>
export type Rows = ReadonlyMap<string, readonly Row[]>

/** Not what an organization is, but what is told of it, sent for it or still to be done. */
const NO_STATE = /^(?:event|jobs$|webhook_|export)/

/** Everything that an organization has in the database, by table. */
export async function readRows({ app, id }: Teller): Promise<Rows> {
  const { db } = app.deps
  const tables = (await tenantTables(db)).filter((name) => !NO_STATE.test(name))
  const selects = tables.map(
    (name) => sql`select ${name}::text as name, to_jsonb(t) as row
      from ${sql.identifier(name)} t where organization_id = ${idToUuid('org', id)}`
  )
  const { rows } = await db.execute<{ name: string; row: Row }>(sql.join(selects, sql` union all `))
  const byTable = new Map<string, Row[]>()
  for (const { name, row } of rows) byTable.set(name, [...(byTable.get(name) ?? []), row])
  return byTable
}

export interface Event {
  readonly id: string
  readonly type: string
  readonly subject: { readonly type: string; readonly id: string }
  readonly data: Readonly<Record<string, unknown>>
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>
}

/** The log of an organization in its order. */
export async function readLog({ app, path }: Teller): Promise<Event[]> {
  const events: Event[] = []
  for (let cursor = ''; ; ) {
    const { body } = await app.call('GET', `${path}/events?limit=100${cursor}`)
    events.push(...body.data)
    if (!body.has_more) return events.reverse()
    cursor = `&cursor=${String(body.next_cursor)}`
  }
}
