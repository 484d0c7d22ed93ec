import { collectDefaultMetrics } from 'prom-client'
import type { Metrics } from './metrics.js'

/**
 * Adds what Node tells of the process: CPU, memory, the event loop, garbage collection. Once in a
 * process that serves; it watches for as long as the process lives.
 */
export function watchProcess({ registry }: Pick<Metrics, 'registry'>): void {
  collectDefaultMetrics({ register: registry })
}
