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
const PING_TIMEOUT_MS = 2_000

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
    close: async () => {
      await queue.close()
      await pool.end()
    }
  }
}

function openRedisQueue(redisUrl: string, { onError, redisPrefix }: QueueOptions): JobQueue {
  const connect = () => {
    // BullMQ's workers block on their connection and must never give up on a command.
    const redis = new Redis(redisUrl, { maxRetriesPerRequest: null })
    redis.on('error', onError)
    return redis
  }
  const prefix = redisPrefix ?? REDIS_PREFIX
  const connection = connect()
  const queue = new Queue(QUEUE_NAME, { connection, prefix })
  queue.on('error', onError)
  return {
    queue,
    startWorker: (settings) =>
      listen(
        new Worker(QUEUE_NAME, settings.process, {
          connection,
          prefix,
          ...workerOptions(settings)
        }),
        settings
      ),
    ping: async () => {
      // While Redis is away ioredis queues the command instead of failing it.
      await Promise.race([connection.ping(), rejectAfter(PING_TIMEOUT_MS)])
    },
    close: async () => {
      await queue.close()
      connection.disconnect()
    }
  }
}

function workerOptions({ concurrency, backoff }: WorkerSettings): Omit<WorkerOptions, 'connection'> {
  return {
    concurrency,
    // Gone at once, so that the same row may be handed over again; the row is the record.
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
    settings: { backoffStrategy: (attempts, _type, _error, job) => backoff(attempts, job?.name ?? '') }
  }
}

function listen(worker: Worker, { onError }: WorkerSettings): Worker {
  worker.on('error', onError)
  return worker
}

function rejectAfter(ms: number): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => {
      reject(new Error(`no answer in ${ms} ms`))
    }, ms).unref()
  })
}
