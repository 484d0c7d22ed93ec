import {
  createPostgresBackend,
  type PostgresConnectionOptions,
  Queue,
  Worker,
  type WorkerOptions,
  withBackend
} from 'bullmq'
import { Redis } from 'ioredis'
import pg from 'pg'
import { QUEUE_SCHEMA } from './queue-schema.js'

/** What goes through the queue: which row to run. Everything else is read from the row. */
export interface QueuedJob {
  organization_id: string
  job_id: string
}

const QUEUE_NAME = 'muster-jobs'
/** The braces keep all keys on one node of a Redis Cluster. */
const REDIS_PREFIX = '{muster}'
/** One connection listens for each worker, the rest run the queue's statements. */
const POOL_MAX = 5
/** How often jobs of a killed worker are looked for: BullMQ's lock on them runs out after 30 s. */
const STALLED_CHECK_MS = 5_000
/** How long a worker waits after its connection broke. */
const RECONNECT_MS = 1_000
/** A command fails after this many reconnects, which is within a second. */
const REDIS_RETRIES_MAX = 3
const COUNTED = ['waiting', 'active', 'delayed'] as const

export type Processor = (job: {
  name: string
  data: QueuedJob
  attemptsMade: number
}) => Promise<void>

export interface WorkerSettings {
  readonly process: Processor
  readonly concurrency: number
  readonly backoff: (attemptsMade: number, name: string) => number
  readonly onError: (error: Error) => void
}

/** BullMQ on the one backend that the configuration picks; nothing else knows which. */
export interface JobQueue {
  readonly queue: Queue
  startWorker(settings: WorkerSettings): Worker
  /** Rejects when the backend does not answer. */
  ping(): Promise<void>
  /** How many jobs it holds, by what they do there. */
  count(): Promise<Readonly<Record<string, number>>>
  /** Whether the connection to it is lost: what waits for it then may wait for ever. */
  isAway(): boolean
  close(): Promise<void>
}

export interface QueueOptions {
  readonly databaseUrl: string
  readonly redisUrl: string | undefined
  readonly onError: (error: Error) => void
  /** Tests that share a Redis keep apart by it. */
  readonly redisPrefix?: string
}

export function openQueue(options: QueueOptions): JobQueue {
  return options.redisUrl === undefined
    ? openPostgresQueue(options)
    : openRedisQueue(options.redisUrl, options)
}

function openPostgresQueue({ databaseUrl, onError }: QueueOptions): JobQueue {
  const pool = new pg.Pool({
    connectionString: databaseUrl,
    max: POOL_MAX,
    application_name: 'muster queue',
    options: `-c search_path=${QUEUE_SCHEMA}`
  })
  pool.on('error', onError)
  // Its own description of a pool lacks what the real one has; at run time it wants a pg.Pool.
  const connection = pool as unknown as PostgresConnectionOptions
  const backend = withBackend(createPostgresBackend)
  const queue = new backend.Queue(QUEUE_NAME, { connection })
  queue.on('error', onError)
  return {
    queue: queue as unknown as Queue,
    startWorker: (settings) =>
      listen(
        new backend.Worker(QUEUE_NAME, settings.process, {
          connection,
          ...workerOptions(settings)
        }) as unknown as Worker,
        settings
      ),
    ping: async () => {
      await pool.query('select 1')
    },
    count: () => queue.getJobCounts(...COUNTED),
    // Statements on a lost connection fail by themselves.
    isAway: () => false,
    close: async () => {
      await queue.close()
      await pool.end()
    }
  }
}

function openRedisQueue(redisUrl: string, { onError, redisPrefix }: QueueOptions): JobQueue {
  const connect = (maxRetriesPerRequest: number | null) => {
    const redis = new Redis(redisUrl, { maxRetriesPerRequest })
    redis.on('error', onError)
    return redis
  }
  const prefix = redisPrefix ?? REDIS_PREFIX
  // A hand-over that fails is tried again by the relay; one that waited for ever could not stop.
  const connection = connect(REDIS_RETRIES_MAX)
  const queue = new Queue(QUEUE_NAME, { connection, prefix })
  queue.on('error', onError)
  const workers: Redis[] = []
  return {
    queue,
    startWorker: (settings) => {
      // A worker blocks on its connection and must never give up on a command.
      const blocking = connect(null)
      workers.push(blocking)
      const options = { connection: blocking, prefix, ...workerOptions(settings) }
      return listen(new Worker(QUEUE_NAME, settings.process, options), settings)
    },
    ping: async () => {
      await connection.ping()
    },
    count: () => queue.getJobCounts(...COUNTED),
    isAway: () => connection.status !== 'ready',
    close: async () => {
      await queue.close()
      for (const redis of [connection, ...workers]) redis.disconnect()
    }
  }
}

function workerOptions({
  concurrency,
  backoff
}: WorkerSettings): Omit<WorkerOptions, 'connection'> {
  return {
    concurrency,
    stalledInterval: STALLED_CHECK_MS,
    runRetryDelay: RECONNECT_MS,
    // Gone at once, so that the same row may be handed over again; the row is the record.
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    settings: {
      backoffStrategy: (attempts, _type, _error, job) => backoff(attempts, job?.name ?? '')
    }
  }
}

function listen(worker: Worker, { onError }: WorkerSettings): Worker {
  worker.on('error', onError)
  return worker
}
