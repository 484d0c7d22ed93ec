import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import type { Test } from 'tap'
import type { Db } from '../../src/db/client.js'

const BLOCKED_WITHIN_MS = 5_000

function environment(name: string): string {
  const value = process.env[name]
  if (value === undefined) throw new Error(`${name} is not set: run tests by npm test`)
  return value
}

/** A migrated database for this test alone, dropped when it ends. */
export async function createTestDatabase(t: Test): Promise<string> {
  // Copied as files, where writing every page of it to the log takes longer than most tests.
  return createDatabase(t, `template ${environment('TEST_TEMPLATE_DATABASE')} strategy file_copy`)
}

/** The same with nothing in it. */
export async function createEmptyDatabase(t: Test): Promise<string> {
  return createDatabase(t, 'template template0')
}

async function createDatabase(t: Test, options: string): Promise<string> {
  const name = `${environment('TEST_TEMPLATE_DATABASE')}_${randomBytes(6).toString('hex')}`
  await administer(`create database ${name} ${options}`)
  // Connections of killed processes may still be there.
  t.teardown(() => administer(`drop database if exists ${name} with (force)`))
  const url = new URL(environment('TEST_DATABASE_URL'))
  url.pathname = name
  return url.href
}

async function administer(statement: string): Promise<void> {
  const client = new pg.Client(environment('TEST_DATABASE_URL'))
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** Resolves once that many queries in this database wait for a lock: a race test's interleaving. */
export async function untilBlocked(db: Db, count = 1): Promise<void> {
  await until(async () => {
    const { rows } = await db.execute<{ count: number }>(sql`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`)
    return (rows[0]?.count ?? 0) >= count
  }, BLOCKED_WITHIN_MS)
}

/** Looks again and again until it is so; fails loudly when it never is. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  withinMs = 20_000
): Promise<T> {
  const end = performance.now() + withinMs
  while (performance.now() < end) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    await sleep(20)
  }
  throw new Error(`it did not happen within ${withinMs} ms: ${look.toString()}`)
}
