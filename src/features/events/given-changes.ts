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

/** What became different of something as it is told; of a list, whatever order it is in. */
export function toldChanges(
  before: Readonly<Record<string, unknown>>,
  after: Readonly<Record<string, unknown>>
): Changes {
  return Object.fromEntries(
    Object.entries(after)
      .map(([field, value]): [string, [unknown, unknown]] => [field, [before[field], value]])
      .filter(([, [was, is]]) => !isDeepStrictEqual(sorted(was), sorted(is)))
  )
}

/** Lists are sets: in another order they are the same. */
const sorted = (value: unknown) => (Array.isArray(value) ? value.toSorted() : value)
