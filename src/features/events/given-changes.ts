import { isDeepStrictEqual } from 'node:util'
import type { Changes } from '../../db/tables/events.js'

/** What becomes different by the fields that are given; `columns`: where each stands in the row. */
export function givenChanges<Row extends object, Field extends string>(
  before: Row,
  input: Readonly<Partial<Record<Field, unknown>>>,
  columns: Readonly<Record<Field, keyof Row>>
): Changes {
  const given = Object.entries(input) as [Field, unknown][]
  return Object.fromEntries(
    given
      .map(([field, after]): [string, [unknown, unknown]] => [
        field,
        [before[columns[field]], after]
      ])
      .filter(([, [was, after]]) => !isDeepStrictEqual(was, after))
  )
}
