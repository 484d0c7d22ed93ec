import { forgetQueue, handOverTwice, type Service } from './service.js'

/** What can happen to a service at any moment. */
export const FAULTS = [
  'kill_api',
  'kill_worker',
  'stop_postgres',
  'kill_postgres',
  'forget_queue',
  'jobs_twice',
  'mail_fails',
  'webhooks_fail',
  'redis_away'
] as const
export type Fault = (typeof FAULTS)[number]

/** What happens while a command is under way, so that nobody knows whether it was done. */
export const SUDDEN: readonly Fault[] = ['kill_api', 'stop_postgres', 'kill_postgres']

/** Does to a service what machines do to it, and lets it come back. */
export function createFaults(service: Service) {
  const { api, worker, redis, smtp, consumer, restartPostgres } = service
  const counts = new Map<string, number>()
  let underWay: Promise<void> | undefined
  let isRedisAway = false

  const restart = async (how: 'stop' | 'kill') => {
    await restartPostgres(how)
    // A worker without its queue is not ready.
    await returnRedis()
    await Promise.all([api.start(), worker.start()])
  }
  /** Nothing is done to one that is away: that would wait for it. */
  const toQueue = async (what: (service: Service) => Promise<void>) => {
    if (!isRedisAway) await what(service)
  }
  const cause: Record<Fault, () => Promise<void>> = {
    async kill_api() {
      await api.kill()
      await returnRedis()
      await api.start()
    },
    async kill_worker() {
      await worker.kill()
      await returnRedis()
      await worker.start()
    },
    stop_postgres: () => restart('stop'),
    kill_postgres: () => restart('kill'),
    forget_queue: () => toQueue(forgetQueue),
    jobs_twice: () => toQueue(handOverTwice),
    async mail_fails() {
      smtp.manner = 'refuse'
    },
    async webhooks_fail() {
      consumer.fail()
    },
    async redis_away() {
      if (!redis || isRedisAway) return
      isRedisAway = true
      await redis.stop()
    }
  }

  async function returnRedis(): Promise<void> {
    if (isRedisAway) await redis?.start()
    isRedisAway = false
  }

  return {
    counts,
    /** Begins, and goes on while commands are asked. */
    begin(fault: Fault): void {
      counts.set(fault, (counts.get(fault) ?? 0) + 1)
      underWay = cause[fault]()
    },
    /** Waits until the service answers again; tells whether anything was in its way. */
    async settled(): Promise<boolean> {
      const wasDisturbed = underWay !== undefined
      await underWay?.finally(() => (underWay = undefined))
      if (api.isUp()) return wasDisturbed
      await api.start()
      return true
    },
    /** Everything works again. */
    async mend(): Promise<void> {
      smtp.manner = 'accept'
      await returnRedis()
      await Promise.all([api.start(), worker.start()])
      await consumer.mend()
    }
  }
}

export type Faults = ReturnType<typeof createFaults>
