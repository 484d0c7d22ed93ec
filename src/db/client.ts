import { drizzle, type NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import pg from 'pg'

/** Reads only need a Db. A Tx is also a Db, so a read can join a caller's transaction. */
export type Db = PgDatabase<NodePgQueryResultHKT>

/** A function that takes a Tx must run inside a transaction: a plain Db does not satisfy it. */
export type Tx = Parameters<Parameters<Db['transaction']>[0]>[0]

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000

export interface PoolOptions {
  readonly url: string
  readonly max: number
  readonly onError: (error: Error) => void
}

/**
 * A pool of connections. A connection that breaks while idle is reported and replaced; without a
 * listener it would end the process.
 */
export function createPool({ url, max, onError }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    application_name: 'muster'
  })
  pool.on('error', onError)
  return pool
}

export function createDb(pool: pg.Pool): Db {
  return drizzle(pool)
}

/** A statement whose text never changes, so that each connection parses and plans it once. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Runs a named statement outside any transaction: the hot reads, without a query builder's cost. */
export type RunStatement = <Row extends pg.QueryResultRow>(
  statement: Statement,
  values: readonly unknown[]
) => Promise<Row[]>

export function createRunStatement(pool: pg.Pool): RunStatement {
  return async <Row extends pg.QueryResultRow>(
    { name, text }: Statement,
    values: readonly unknown[]
  ) => {
    const { rows } = await pool.query<Row>({ name, text, values: [...values] })
    return rows
  }
}

/** Whether a statement failed because a row like it exists; the query builder wraps the cause. */
export function isUniqueViolation(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof pg.DatabaseError && cause.code === '23505'
}
