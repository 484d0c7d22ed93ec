import { Redis } from 'ioredis'
import type { Logger } from 'pino'

/** Whoever counts in Redis waits no longer than this: then it is counted in the process. */
const COMMAND_TIMEOUT_MS = 250
const CONNECT_TIMEOUT_MS = 2_000
const RECONNECT_MAX_MS = 2_000
/** How often one that is connected and does not answer is asked whether it is back. */
const PROBE_MS = 1_000
/** The braces keep all keys on one node of a Redis Cluster. */
const REDIS_PREFIX = '{muster}'
/** What counting needs: a script that may write. A full Redis answers a ping as well. */
const PROBE = "return redis.call('set', KEYS[1], '1', 'px', ARGV[1])"

/** Counters that the processes of a deployment share. Nothing is lost with them but counts. */
export interface SharedCounters {
  readonly client: Redis
  /** What every key begins with. */
  readonly prefix: string
  /** Whether to ask them at all: asking what does not answer would hold requests up. */
  isAway(): boolean
  /** What went wrong in asking. From then on they are away, until they answer again. */
  failed(error: unknown): void
  close(): void
}

export interface CountersOptions {
  readonly redisUrl: string
  readonly log: Logger
  /** Tests that share a Redis keep apart by it. */
  readonly redisPrefix?: string | undefined
}

/** That it is away is logged once, and once that it is back. */
export function openCounters({ redisUrl, log, redisPrefix }: CountersOptions): SharedCounters {
  const client = new Redis(redisUrl, {
    connectionName: 'muster counters',
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(attempt * 200, RECONNECT_MAX_MS)
  })
  const prefix = `${redisPrefix ?? REDIS_PREFIX}:limits:`
  let isReady = false
  let isTold = false
  let probe: NodeJS.Timeout | undefined
  let lastError: unknown

  const back = () => {
    isReady = true
    if (isTold) log.info('Redis answers again: limits are shared')
    isTold = false
  }
  const leave = (error: unknown) => {
    isReady = false
    if (!isTold) log.warn({ err: error }, 'Redis does not answer: each process limits by itself')
    isTold = true
  }
  /** A connection that is lost comes back by itself; one that is merely silent is asked. */
  const ask = () => {
    clearTimeout(probe)
    probe = setTimeout(() => {
      if (client.status !== 'ready') return
      client.eval(PROBE, 1, `${prefix}probe`, PROBE_MS).then(back, ask)
    }, PROBE_MS).unref()
  }
  client.on('ready', back)
  client.on('error', (error) => {
    lastError = error
  })
  client.on('close', () => {
    leave(lastError)
  })

  return {
    client,
    prefix,
    isAway: () => !isReady,
    failed(error) {
      if (!isReady) return
      leave(error)
      ask()
    },
    close() {
      isTold = true // What comes now is meant.
      clearTimeout(probe)
      client.disconnect()
    }
  }
}
