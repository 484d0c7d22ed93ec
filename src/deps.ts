import { type Logger, pino } from 'pino'
import { type Clock, fileClock, systemClock } from './clock.js'
import type { Config } from './config.js'
import { openCounters, type SharedCounters } from './counters.js'
import { deriveKeyRing, type KeyRing } from './crypto/key-ring.js'
import { createSealer, type Sealer } from './crypto/seal.js'
import { createSigner, type Signer } from './crypto/signer.js'
import { createDb, createPool, type Database, type Db } from './db/client.js'
import { type PoolWaits, watchWaits } from './db/pool-waits.js'
import { createTxtResolver, type TxtResolver } from './dns.js'
import { type JobQueue, openQueue } from './jobs/queue.js'
import { createWaker } from './jobs/wake.js'
import { openLog } from './log.js'
import { createKeptMailer } from './mail/kept.js'
import type { Mailer } from './mail/mailer.js'
import { measureMails } from './mail/measure.js'
import { createSmtpMailer } from './mail/smtp.js'
import { createOutbound, type Outbound } from './outbound/outbound.js'
import type { StartTracing } from './telemetry/load-tracing.js'
import { createMetrics, type Metrics } from './telemetry/metrics.js'
import type { Tracing } from './telemetry/tracing.js'

/** People wait for it; whatever has not answered by then is taken to be away. */
const DNS_TIMEOUT_MS = 4_000
/** Of a webhook, from looking up the host to the end of its answer. */
const WEBHOOK_TIMEOUT_MS = 15_000
/** What the key of the log's seals is derived for. Another one would make all seals invalid. */
const SEAL_PURPOSE = 'muster audit seal'
/** The same of what signs members' tokens. */
const TOKEN_PURPOSE = 'muster member token'

/** Everything outside the process. Built once by the command line or a test, closed once. */
export interface Deps {
  readonly config: Config
  readonly log: Logger
  /** What this process counts and measures. */
  readonly metrics: Metrics
  /** Undefined: nobody is told. */
  readonly tracing: Tracing | undefined
  readonly now: Clock
  readonly databaseUrl: string
  readonly db: Database
  /** Who waits for a connection to it. */
  readonly poolWaits: PoolWaits
  /** Where the processes count together; undefined: each by itself. */
  readonly counters: SharedCounters | undefined
  readonly queue: JobQueue
  readonly mailer: Mailer
  readonly dns: TxtResolver
  /** How anything is sent to an address that somebody else chose. */
  readonly outbound: Outbound
  readonly linkSecrets: KeyRing
  /** What our own tokens of members are signed with. */
  readonly tokenKeys: KeyRing
  readonly sealer: Sealer
  /** Signs the seals of the event log. */
  readonly signer: Signer
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
  /** As it was loaded; left out: nothing is traced. */
  readonly startTracing?: StartTracing | undefined
  readonly redisPrefix?: string
}

export function buildDeps(options: DepsOptions): Deps {
  const { config, databaseUrl } = options
  const log = openLog(
    options.log ?? pino({ level: config.logLevel }),
    options.startTracing !== undefined
  )
  const now = options.now ?? (config.testClockFile ? fileClock(config.testClockFile) : systemClock)
  const onError = (error: Error) => {
    log.warn({ err: error }, 'A connection failed')
  }
  const tracing = options.startTracing?.((error) => {
    log.warn({ err: error }, 'Traces could not be sent')
  })
  const pool = createPool({ url: databaseUrl, max: config.databasePoolSize, onError, tracing })
  const poolWaits = watchWaits(pool)
  const metrics = createMetrics(() => pool)
  const db = createDb(pool, metrics)
  const sealer = createSealer(options.encryptionKeys)
  const queue = openQueue({
    databaseUrl,
    redisUrl: config.redisUrl,
    onError,
    ...(options.redisPrefix === undefined ? {} : { redisPrefix: options.redisPrefix })
  })
  const counters =
    config.redisUrl === undefined
      ? undefined
      : openCounters({ redisUrl: config.redisUrl, log, redisPrefix: options.redisPrefix })
  const mailer = measureMails(
    options.mailer ?? openMailer(config.smtpUrl, { db, seal: sealer, now }),
    { metrics, tracing }
  )
  const outbound = createOutbound({ ...config.webhooks, timeoutMs: WEBHOOK_TIMEOUT_MS })

  return {
    config,
    log,
    metrics,
    tracing,
    now,
    databaseUrl,
    db,
    poolWaits,
    counters,
    queue,
    mailer,
    dns: createTxtResolver({ servers: config.dnsServers, timeoutMs: DNS_TIMEOUT_MS }),
    outbound,
    linkSecrets: options.linkSecrets,
    tokenKeys: deriveKeyRing(options.encryptionKeys, TOKEN_PURPOSE),
    sealer,
    signer: createSigner(options.encryptionKeys, SEAL_PURPOSE),
    wakeRelay: createWaker(pool),
    async close() {
      await mailer.close()
      await outbound.close()
      await queue.close()
      counters?.close()
      await pool.end()
      await tracing?.close()
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
