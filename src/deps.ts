import { type Logger, pino } from 'pino'
import { type Clock, fileClock, systemClock } from './clock.js'
import type { Config } from './config.js'
import type { KeyRing } from './crypto/key-ring.js'
import { createSealer, type Sealer } from './crypto/seal.js'
import { createDb, createPool, type Database, type Db } from './db/client.js'
import { createTxtResolver, type TxtResolver } from './dns.js'
import { errorForLog } from './error-for-log.js'
import { type JobQueue, openQueue } from './jobs/queue.js'
import { createWaker } from './jobs/wake.js'
import { createKeptMailer } from './mail/kept.js'
import type { Mailer } from './mail/mailer.js'
import { createSmtpMailer } from './mail/smtp.js'

/** People wait for it; whatever has not answered by then is taken to be away. */
const DNS_TIMEOUT_MS = 4_000

/** Everything outside the process. Built once by the command line or a test, closed once. */
export interface Deps {
  readonly config: Config
  readonly log: Logger
  readonly now: Clock
  readonly databaseUrl: string
  readonly db: Database
  readonly queue: JobQueue
  readonly mailer: Mailer
  readonly dns: TxtResolver
  readonly linkSecrets: KeyRing
  readonly sealer: Sealer
  /** Tells the relays that jobs have just been committed. */
  readonly wakeRelay: () => void
  close(): Promise<void>
}

/** What differs from the configuration: where the embedded database is, what the data folder keeps. */
export interface DepsOptions {
  readonly config: Config
  readonly databaseUrl: string
  readonly linkSecrets: KeyRing
  readonly encryptionKeys: KeyRing
  readonly log?: Logger
  readonly now?: Clock
  readonly mailer?: Mailer
  readonly redisPrefix?: string
}

export function buildDeps(options: DepsOptions): Deps {
  const { config, databaseUrl } = options
  const log = (options.log ?? pino({ level: config.logLevel })).child(
    {},
    { serializers: { err: errorForLog } }
  )
  const now = options.now ?? (config.testClockFile ? fileClock(config.testClockFile) : systemClock)
  const onError = (error: Error) => {
    log.warn({ err: error }, 'A connection failed')
  }
  const pool = createPool({ url: databaseUrl, max: config.databasePoolSize, onError })
  const db = createDb(pool)
  const sealer = createSealer(options.encryptionKeys)
  const queue = openQueue({
    databaseUrl,
    redisUrl: config.redisUrl,
    onError,
    ...(options.redisPrefix === undefined ? {} : { redisPrefix: options.redisPrefix })
  })
  const mailer = options.mailer ?? openMailer(config.smtpUrl, { db, seal: sealer, now })

  return {
    config,
    log,
    now,
    databaseUrl,
    db,
    queue,
    mailer,
    dns: createTxtResolver({ servers: config.dnsServers, timeoutMs: DNS_TIMEOUT_MS }),
    linkSecrets: options.linkSecrets,
    sealer,
    wakeRelay: createWaker(pool),
    async close() {
      await mailer.close()
      await queue.close()
      await pool.end()
    }
  }
}

/** The one place that picks how mail leaves. */
function openMailer(
  smtpUrl: string | undefined,
  kept: { db: Db; seal: Sealer; now: Clock }
): Mailer {
  return smtpUrl === undefined ? createKeptMailer(kept) : createSmtpMailer(smtpUrl)
}
