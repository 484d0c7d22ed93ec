import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { DIST } from './dist.mjs'

const { startEmbedded } = await import(`${DIST}db/embedded.js`)
const { migrateDatabase } = await import(`${DIST}db/migrate.js`)

/**
 * Gives a migrated database of its own to the work, and takes it away afterwards: on the server of
 * BENCH_DATABASE_URL, else on an embedded one as `muster start` runs it.
 */
export async function withDatabase(work) {
  const { BENCH_DATABASE_URL: given } = process.env
  if (given) return withDatabaseOn(given, work)
  const folder = await mkdtemp(join(tmpdir(), 'muster-bench-'))
  await chmod(folder, 0o755) // As root, PostgreSQL runs as a user of its own.
  try {
    const password = randomBytes(16).toString('hex')
    const server = await startEmbedded({ dataDir: join(folder, 'data'), password })
    return await withDatabaseOn(server.url, work).finally(() => server.stop())
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function withDatabaseOn(adminUrl, work) {
  const name = `muster_bench_${randomBytes(6).toString('hex')}`
  const url = new URL(adminUrl)
  url.pathname = name
  await administer(adminUrl, `create database ${name}`)
  try {
    await migrateDatabase(url.href)
    const pool = new pg.Pool({ connectionString: url.href, max: 2 })
    return await work({ url: url.href, pool }).finally(() => pool.end())
  } finally {
    await administer(adminUrl, `drop database ${name} with (force)`)
  }
}

async function administer(url, statement) {
  const client = new pg.Client(url)
  await client.connect()
  await client.query(statement).finally(() => client.end())
}

/** Before each measurement, so that none pays for the writes of the one before it. */
export async function settle(pool) {
  // A user who may not do this gets a somewhat noisier measurement.
  await pool.query('checkpoint').catch(() => undefined)
}

export async function describeServer(pool) {
  const { rows } = await pool.query(`
    select current_setting('server_version') as version, current_setting('fsync') as fsync,
      current_setting('synchronous_commit') as synchronous_commit,
      current_setting('shared_buffers') as shared_buffers`)
  return rows[0]
}
