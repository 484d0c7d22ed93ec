import { getTableColumns, getTableName } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'
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
    async write(run) {
      if (additions.length === 0) return
      const values = additions.map(({ table, rows }) => encodeRows(table, rows))
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

type Encode = (row: Readonly<Record<string, unknown>>) => Record<string, unknown>

const encoders = new WeakMap<PgTable, Encode>()

function encodeRows(table: PgTable, rows: readonly object[]): string {
  const encode = encoders.get(table) ?? createEncoder(table)
  encoders.set(table, encode)
  return JSON.stringify((rows as Record<string, unknown>[]).map(encode))
}

/** What JSON cannot hold as it is, the column itself turns into what PostgreSQL reads. */
function createEncoder(table: PgTable): Encode {
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => ({
    key,
    name: column.name,
    write: column.columnType === 'PgCustomColumn' ? column.mapToDriverValue.bind(column) : undefined
  }))
  return (row) => {
    const fields: Record<string, unknown> = {}
    for (const { key, name, write } of columns) {
      const value = row[key]
      fields[name] = write === undefined || value == null ? value : write(value)
    }
    return fields
  }
}
