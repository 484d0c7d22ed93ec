import { Client, DatabaseError } from 'pg'
import { StartupError } from '../errors.js'
import { EMBEDDED_NAME } from './embedded-cluster.js'
import type { Cluster } from './embedded-process.js'

/** 'muster' in ASCII. Whoever holds it, in the database `postgres`, owns the server. */
const OWNER_LOCK = 0x6d7573746572
/** The session of a killed owner takes a moment to end. */
const OWNER_WAIT_MS = 1_000
const CONNECT_MAX_MS = 5_000

const LOCK_NOT_AVAILABLE = '55P03'
const INVALID_PASSWORD = '28P01'
const CREATED_MEANWHILE = ['42P04', '23505']
/** Lost connection, too many clients, busy with the same, shutting down: another moment helps. */
const PASSING = /^(08|53300|55|57)/

/** A connection that may come to hold the lock of the server's owner. */
export interface Session {
  readonly client: Client
  lost: boolean
  /** Resolves when it is over, by whatever side. */
  readonly ended: Promise<void>
}

/** Its listener keeps a lost connection from ending the process; the pools' own errors tell. */
export async function openSession(port: number, password: string): Promise<Session> {
  const client = new Client({
    host: '127.0.0.1',
    port,
    user: EMBEDDED_NAME,
    password,
    database: 'postgres',
    application_name: 'muster owner',
    connectionTimeoutMillis: CONNECT_MAX_MS,
    lock_timeout: OWNER_WAIT_MS
  })
  client.on('error', () => undefined)
  const ended = new Promise<void>((resolve) => {
    client.once('end', resolve)
  })
  const session: Session = { client, lost: false, ended }
  void ended.then(() => {
    session.lost = true
  })
  await client.connect()
  return session
}

export async function closeSession({ client }: Session): Promise<void> {
  await client.end().catch(() => undefined)
}

/** Takes the lock for as long as the session lives. False when another session keeps it. */
export async function claimOwnership({ client }: Session): Promise<boolean> {
  try {
    await client.query('select pg_advisory_lock($1)', [OWNER_LOCK])
    return true
  } catch (error) {
    if (error instanceof DatabaseError && error.code === LOCK_NOT_AVAILABLE) return false
    throw error
  }
}

/** The database is missing after a first start that was killed before it came to this. */
export async function createDatabase({ client }: Session): Promise<void> {
  const sql = 'select 1 from pg_database where datname = $1'
  const { rowCount } = await client.query(sql, [EMBEDDED_NAME])
  if (rowCount === 1) return
  await client.query(`create database ${EMBEDDED_NAME}`).catch((error: unknown) => {
    if (error instanceof DatabaseError && CREATED_MEANWHILE.includes(error.code ?? '')) return
    throw error
  })
}

/** Anything but an answer of the server is a connection that did not come about or was lost. */
export function isPassing(error: unknown): boolean {
  if (error instanceof StartupError) return false
  return !(error instanceof DatabaseError) || PASSING.test(error.code ?? '')
}

/** What the server answered, as the line that says what to do; other errors pass unchanged. */
export function toStartupError({ dataDir }: Cluster, error: unknown): unknown {
  if (!(error instanceof DatabaseError)) return error
  if (error.code !== INVALID_PASSWORD) return new StartupError(`PostgreSQL: ${error.message}`)
  return new StartupError(
    `the database of the data folder ${dataDir} does not accept its password: restore the file ` +
      'that kept it, or set MUSTER_DATA_DIR to another folder'
  )
}
