import type { Deps } from '../../deps.js'
import { secondsSince } from '../../telemetry/metrics.js'
import { type Span, tracedForAll } from '../../telemetry/tracing.js'

/** As much of the transfers of a request as it takes to count them. */
interface Counted {
  readonly requests: readonly unknown[]
  readonly span?: Span | undefined
}

/** Measures one transaction of the ledger, and tells it in the traces of all whom it serves. */
export async function asBatch<T>(
  { metrics, tracing }: Pick<Deps, 'metrics' | 'tracing'>,
  groups: readonly Counted[],
  work: () => Promise<T>
): Promise<T> {
  const startedAt = performance.now()
  metrics.ledgerBatchSize.observe(groups.reduce((sum, { requests }) => sum + requests.length, 0))
  const shared = { name: 'ledger batch', spans: groups.map(({ span }) => span) }
  try {
    return await tracedForAll(tracing, shared, work)
  } finally {
    metrics.ledgerBatchDuration.observe(secondsSince(startedAt))
  }
}
