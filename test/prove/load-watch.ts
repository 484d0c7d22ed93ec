import { readMetrics } from '../helpers/metrics.js'
import type { Sample } from './load-figures.js'
import type { Service } from './load-service.js'

const EVERY_MS = 2_000
const HEALTHY_WITHIN_MS = 2_000

/** What the processes said of themselves while something went on, in bytes, milliseconds, rows. */
export interface Watched {
  readonly apiMemory: Sample[]
  readonly workerMemory: Sample[]
  readonly eventLoopMs: number[]
  readonly pendingDeliveries: Sample[]
  readonly unhealthy: string[]
}

/** Looks again and again, beside the load, until it is stopped. */
export function watch({ api, worker }: Pick<Service, 'api' | 'worker'>) {
  const watched: Watched = {
    apiMemory: [],
    workerMemory: [],
    eventLoopMs: [],
    pendingDeliveries: [],
    unhealthy: []
  }
  const begun = performance.now()

  async function lookAt(url: string, memory: Sample[]) {
    const at = (performance.now() - begun) / 1000
    const metrics = await readMetrics(url)
    memory.push({ at, value: metrics.value('process_resident_memory_bytes', {}) })
    return { at, metrics }
  }

  async function lookAtAll(): Promise<void> {
    const { metrics } = await lookAt(api.url, watched.apiMemory)
    watched.eventLoopMs.push(metrics.value('nodejs_eventloop_lag_p99_seconds', {}) * 1000)
    const { at, metrics: ofWorker } = await lookAt(worker.url, watched.workerMemory)
    const value = ofWorker.value('muster_webhook_deliveries_pending', {})
    watched.pendingDeliveries.push({ at, value })
  }

  async function askHealth(): Promise<void> {
    const signal = AbortSignal.timeout(HEALTHY_WITHIN_MS)
    const answer = await fetch(`${api.url}/healthz`, { signal })
    await answer.text()
    if (!answer.ok) throw new Error(`/healthz answers ${answer.status}`)
  }

  const look = async () => {
    for (const ask of [askHealth, lookAtAll]) {
      await ask().catch((error: unknown) => watched.unhealthy.push(String(error)))
    }
  }

  let looking: Promise<void> | undefined
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = undefined
    })
  }, EVERY_MS)
  return {
    watched,
    async stop(): Promise<Watched> {
      clearInterval(timer)
      await looking
      return watched
    }
  }
}
