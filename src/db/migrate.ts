import { readdir, readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'
import pg from 'pg'
import { StartupError } from '../errors.js'
import { migrateQueueSchema } from '../jobs/queue-schema.js'
import { ROOT } from '../root.js'

const MIGRATIONS = new URL('migrations/', ROOT)
const MIGRATION_NAME = /^\d{4}_[a-z0-9_]+\.sql$/
/** Any process that migrates this database takes this lock first. */
const MIGRATION_LOCK = 7_291_600_451
const CONNECT_TIMEOUT_MS = 5_000
/**
 * A migration that waits for a table makes everybody else who comes to it wait behind: so it gives
 * up soon, lets them by, and tries again.
 */
const LOCK_TIMEOUT = '2s'
const LOCK_PAUSE_MS = 500
const LOCK_TRIES_MAX = 60
const LOCK_NOT_AVAILABLE = '55P03'

/**
 * Brings the database up to date: our numbered migrations, then the queue's own schema. Processes
 * that start together wait for each other; what is already applied is skipped.
 *
 * @throws StartupError when the database cannot be reached or used
 */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'muster migrate'
  })
  // A connection that breaks fails the query under way; without a listener it ends the process.
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    throw unreachable(databaseUrl, error)
  }
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    await applyMigrations(client)
    await migrateQueueSchema(client)
  } finally {
    await client.end()
  }
}

async function applyMigrations(client: pg.Client): Promise<void> {
  await client.query(`create table if not exists schema_migrations (
    name text primary key, applied_at timestamptz not null default now())`)
  const applied = await client.query<{ name: string }>('select name from schema_migrations')
  const done = new Set(applied.rows.map((row) => row.name))
  const names = (await readdir(MIGRATIONS)).filter((name) => MIGRATION_NAME.test(name)).sort()
  for (const name of names.filter((name) => !done.has(name))) {
    await applyMigration(client, name, await readFile(new URL(name, MIGRATIONS), 'utf8'))
  }
}

async function applyMigration(client: pg.Client, name: string, sql: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    await client.query('begin')
    try {
      await client.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`)
      await client.query(sql)
      await client.query('insert into schema_migrations (name) values ($1)', [name])
      await client.query('commit')
      return
    } catch (error) {
      await client.query('rollback')
      const isLocked = error instanceof pg.DatabaseError && error.code === LOCK_NOT_AVAILABLE
      if (!isLocked || tried >= LOCK_TRIES_MAX) {
        throw new Error(`Migration ${name} failed`, { cause: error })
      }
      await setTimeout(LOCK_PAUSE_MS)
    }
  }
}

/** Names host and reason; never the address itself, which holds a password. */
function unreachable(databaseUrl: string, error: unknown): StartupError {
  const { host } = new URL(databaseUrl)
  // Refused on all of a name's addresses: the reasons are inside, and the outer message is empty.
  const cause = error instanceof AggregateError ? (error.errors[0] as unknown) : error
  const reason = cause instanceof Error ? cause.message : 'unknown error'
  return new StartupError(
    `DATABASE_URL: cannot use the database at ${host} (${reason}). Is it running, and are name and ` +
      'password right?'
  )
}
