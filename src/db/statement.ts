import type pg from 'pg'

/**
 * A statement whose text never changes, so that each connection parses and plans it once. It names
 * its columns (`columnsOf`): a migration that adds one would break the plans of `select *`.
 */
export interface Statement {
  /** Without one it is parsed and planned each time. */
  readonly name: string | undefined
  readonly text: string
}

export type Run = <Row extends pg.QueryResultRow>(
  statement: Statement,
  values: readonly unknown[]
) => Promise<Row[]>

/** What failed is named by its text, as the query builder does it; never by its values. */
class StatementError extends Error {
  readonly query: string

  constructor(query: string, cause: unknown) {
    super('a statement failed', { cause })
    this.query = query
  }
}

export function createRun(client: pg.Pool | pg.PoolClient): Run {
  return async <Row extends pg.QueryResultRow>(
    { name, text }: Statement,
    values: readonly unknown[]
  ) => {
    try {
      const query = { text, values: [...values], ...(name === undefined ? {} : { name }) }
      const { rows } = await client.query<Row>(query)
      return rows
    } catch (error) {
      throw new StatementError(text, error)
    }
  }
}

/** Each name costs memory in every connection, and a caller may ask for any mixture of filters. */
const NAMES_MAX = 200
const names = new Map<string, string>()

/** A text that was built, named as long as there are not too many. */
export function statementOf(text: string): Statement {
  if (!names.has(text) && names.size < NAMES_MAX) names.set(text, `built_${names.size}`)
  return { name: names.get(text), text }
}
