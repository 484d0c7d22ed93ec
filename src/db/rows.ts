import { getTableColumns } from 'drizzle-orm'
import type { PgTable } from 'drizzle-orm/pg-core'

type Values = Record<string, unknown>
/** Between a row as code has it and the same row by its column names. */
interface Mapping {
  readonly read: (raw: Readonly<Values>) => Values
  readonly write: (row: Readonly<Values>) => Values
}

const mappings = new WeakMap<PgTable, Mapping>()

/** Turns what a select of all columns answers into rows as the query builder would give them. */
export function rowReader<T extends PgTable>(table: T): (raw: Values) => T['$inferSelect'] {
  return mappingOf(table).read
}

/** Rows as one JSON value by column names, for `json_to_recordset`. */
export function toJson(table: PgTable, rows: readonly object[]): string {
  return JSON.stringify((rows as Values[]).map(mappingOf(table).write))
}

/** All columns of a table for a select, `from` being how the statement refers to its row. */
export function columnsOf(table: PgTable, from: string): string {
  return Object.values(getTableColumns(table))
    .map(({ name }) => `${from}."${name}"`)
    .join(', ')
}

function mappingOf(table: PgTable): Mapping {
  const known = mappings.get(table) ?? createMapping(table)
  mappings.set(table, known)
  return known
}

/** Only our own column types need converting: driver and JSON do the others as the builder would. */
function createMapping(table: PgTable): Mapping {
  const columns = Object.entries(getTableColumns(table)).map(([key, column]) => {
    const own = column.columnType === 'PgCustomColumn'
    return {
      key,
      name: column.name,
      read: own ? column.mapFromDriverValue.bind(column) : undefined,
      write: own ? column.mapToDriverValue.bind(column) : undefined
    }
  })
  return {
    read(raw) {
      const row: Values = {}
      for (const { key, name, read } of columns) row[key] = convert(raw[name], read)
      return row
    },
    write(row) {
      const raw: Values = {}
      for (const { key, name, write } of columns) raw[name] = convert(row[key], write)
      return raw
    }
  }
}

function convert(value: unknown, by: ((value: unknown) => unknown) | undefined): unknown {
  return by === undefined || value == null ? value : by(value)
}
