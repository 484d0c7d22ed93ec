import type { TracingConfig } from './config.js'
import type { Tracing } from './tracing.js'

/** Given what to do about a collector that cannot be reached. */
export type StartTracing = (onFailure: (error: Error) => void) => Tracing

/** Loads what it takes to send traces; where nobody is told them nothing is loaded. */
export async function loadTracing(
  config: TracingConfig | undefined
): Promise<StartTracing | undefined> {
  if (config === undefined) return undefined
  const { startTracing } = await import('./otlp.js')
  return (onFailure) => startTracing(config, onFailure)
}
