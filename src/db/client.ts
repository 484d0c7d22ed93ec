import { drizzle, type NodePgQueryResultHKT } from 'drizzle-orm/node-postgres'
import type { PgDatabase } from 'drizzle-orm/pg-core'
import pg from 'pg'
import { type Metrics, secondsSince } from '../telemetry/metrics.js'
import type { Tracing } from '../telemetry/tracing.js'
import { createOutbox, type Outbox } from './outbox.js'
import { createRun, type Run } from './statement.js'
import { tracePool } from './trace-queries.js'

type Drizzle = Omit<PgDatabase<NodePgQueryResultHKT>, 'transaction'>

/** Reads only need a Db. A Tx is also a Db, so a read can join a caller's transaction. */
export interface Db extends Drizzle {
  /** Runs a named statement: the hot paths, without a query builder's cost. */
  readonly run: Run
}

/** A function that takes a Tx must run inside a transaction: a plain Db does not satisfy it. */
export interface Tx extends Db {
  /** Adds rows that nothing in the transaction reads again: written together, just before the end. */
  readonly add: Outbox['add']
  /** Whether it has added rows to a table. */
  readonly adds: Outbox['has']
}

export interface Database extends Db {
  /** Everything the work did is committed when it resolves, and nothing of it when it throws. */
  transaction<T>(work: (tx: Tx) => T | Promise<T>): Promise<T>
}

const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 30_000
/** Of a transaction in which nothing is asked any more: whoever began it hangs, and holds its locks. */
const IDLE_IN_TRANSACTION_MS = 60_000

export interface PoolOptions {
  readonly url: string
  readonly max: number
  readonly onError: (error: Error) => void
  readonly tracing?: Tracing | undefined
}

/**
 * A pool of connections. One that breaks while idle is reported, one in use fails its statement;
 * both are replaced. Without a listener either would end the process.
 */
export function createPool({ url, max, onError, tracing }: PoolOptions): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    application_name: 'muster'
  })
  pool.on('error', onError)
  // While it is in use the pool does not listen: its statement fails, and that is told.
  pool.on('connect', (client) => client.on('error', () => undefined))
  if (tracing) tracePool(pool, tracing)
  return pool
}

export function createDb(pool: pg.Pool, metrics?: Pick<Metrics, 'transactionWait'>): Database {
  const ofClient = new WeakMap<pg.PoolClient, Db>()
  const dbOf = (client: pg.PoolClient): Db => {
    const known = ofClient.get(client) ?? Object.assign(drizzle(client), { run: createRun(client) })
    ofClient.set(client, known)
    return known
  }
  return Object.assign(drizzle(pool), {
    run: createRun(pool),
    async transaction<T>(work: (tx: Tx) => T | Promise<T>) {
      const startedAt = performance.now()
      const client = await pool.connect()
      metrics?.transactionWait.observe(secondsSince(startedAt))
      return runTransaction(client, dbOf(client), work)
    }
  })
}

async function runTransaction<T>(
  client: pg.PoolClient,
  db: Db,
  work: (tx: Tx) => T | Promise<T>
): Promise<T> {
  let broken: Error | undefined
  try {
    await client.query('begin')
    const outbox = createOutbox()
    const result = await work(
      Object.assign(Object.create(db) as Db, { add: outbox.add, adds: outbox.has })
    )
    await outbox.write(db.run)
    const { command } = await client.query('commit')
    // What PostgreSQL answers when a statement failed and the work went on regardless.
    if (command !== 'COMMIT') throw new Error('a transaction with a failed statement was undone')
    return result
  } catch (error) {
    await client.query('rollback').catch((cause: unknown) => {
      broken = new Error('a connection could not be rolled back', { cause })
    })
    throw error
  } finally {
    client.release(broken)
  }
}

/** The SQL state of what the database refused; whoever ran the statement has wrapped the cause. */
function stateOf(error: unknown): string | undefined {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof pg.DatabaseError ? cause.code : undefined
}

/** Nothing of the transaction is there, for certain. Not so where a connection broke. */
const ROLLED_BACK = /^(22|23|40|P0)/

/** Whether the database itself refused what was done, so that it can be tried again. */
export const isRolledBack = (error: unknown) => ROLLED_BACK.test(stateOf(error) ?? '')

/** Whether a statement failed with this SQL state. */
export const hasCode = (error: unknown, code: string) => stateOf(error) === code

/** Whether a transaction was ended because it and another waited for each other. */
export const isDeadlock = (error: unknown) => hasCode(error, '40P01')

/** Whether a statement failed because a row like it exists. */
export const isUniqueViolation = (error: unknown) => hasCode(error, '23505')
