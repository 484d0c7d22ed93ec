import { getTableColumns, getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
import { toJson } from './rows.js'
import type { Run, Statement } from './statement.js'

interface Addition {
  readonly table: PgTable
  readonly onConflict: string
  readonly rows: object[]
}

/** What a transaction leaves behind, collected while it decides. */
export interface Outbox {
  /**
   * Rows are complete: a column that is left out becomes null, never its default. `onConflict` is
   * SQL, fixed by the code.
   */
  readonly add: <T extends PgTable>(
    table: T,
    rows: readonly T['$inferSelect'][],
    onConflict?: string
  ) => void
  /** Whether anything was added to it. */
  readonly has: (table: PgTable) => boolean
  /** Writes everything in one statement, however many rows and tables. */
  write(run: Run): Promise<void>
}

export function createOutbox(): Outbox {
  const additions: Addition[] = []
  return {
    add(table, rows, onConflict = '') {
      if (rows.length === 0) return
      const known = additions.find((one) => one.table === table && one.onConflict === onConflict)
      if (known) known.rows.push(...rows)
      else additions.push({ table, onConflict, rows: [...rows] })
    },
    has: (table) => additions.some((one) => one.table === table),
    async write(run) {
      if (additions.length === 0) return
      const values = additions.map(({ table, rows }) => toJson(table, rows))
      await run(toStatement(additions), values)
    }
  }
}

/** Few: each is a combination of tables that some command writes. */
const statements = new Map<string, Statement>()

/** `with t0 as (insert …), t1 as (insert …) select`: each reads its rows from one JSON value. */
function toStatement(additions: readonly Addition[]): Statement {
  const key = additions.map(({ table, onConflict }) => getTableName(table) + onConflict).join()
  const known = statements.get(key)
  if (known) return known
  const inserts = additions.map(({ table, onConflict }, index) => {
    const columns = Object.values(getTableColumns(table))
    const names = columns.map(({ name }) => `"${name}"`).join(', ')
    const types = columns.map((column) => `"${column.name}" ${column.getSQLType()}`).join(', ')
    return `t${index} as (insert into "${getTableName(table)}" (${names})
      select ${names} from json_to_recordset($${index + 1}::json) as given(${types}) ${onConflict})`
  })
  const text = `with ${inserts.join(',\n')} select`
  const statement = { name: `outbox_${statements.size}`, text }
  statements.set(key, statement)
  return statement
}
