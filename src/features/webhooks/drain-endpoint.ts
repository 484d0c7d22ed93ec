import type { Deps } from '../../deps.js'
import type { Horizon } from '../events/horizon.js'
import { circuitOf } from './circuit.js'
import { type Drain, findOpen } from './drain.js'
import { drainFreely } from './drain-freely.js'
import { drainInOrder } from './drain-in-order.js'
import { openRecipient } from './send-delivery.js'

export interface DrainOptions {
  readonly horizon: Horizon
  readonly stop: AbortSignal
  readonly abort: AbortSignal
}

/**
 * Sends what is due to one endpoint until nothing is, or its circuit opens. The caller holds the
 * endpoint, so no row needs to be claimed: what is not noted as done is pending, and is sent again.
 */
export async function drainEndpoint(
  deps: Deps,
  endpointId: string,
  { horizon, stop, abort }: DrainOptions
): Promise<void> {
  const endpoint = await findOpen(deps, endpointId)
  if (!endpoint) return
  const drain: Drain = {
    deps,
    endpointId,
    stop,
    abort,
    recipient: openRecipient(deps, endpoint, deps.now()),
    circuit: circuitOf(endpoint),
    written: circuitOf(endpoint),
    successes: 0,
    unwritten: []
  }
  await (endpoint.ordered ? drainInOrder(drain, horizon) : drainFreely(drain))
}
