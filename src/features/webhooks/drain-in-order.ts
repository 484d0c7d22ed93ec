import type { Horizon } from '../events/horizon.js'
import { attempt, type Drain, isOpen, isStillOpen, room } from './drain.js'
import { type DueDelivery, findDueInOrder } from './find-due.js'
import { createWriter } from './outcome-writer.js'

/** Each organization's events one after the other, organizations side by side. */
export async function drainInOrder(drain: Drain, horizon: Horizon): Promise<void> {
  const { deps, endpointId } = drain
  const writer = createWriter(drain)
  let after: string | undefined
  let seen = 0
  do {
    if (!(await isStillOpen(drain))) return
    const { settled } = await horizon.look(deps.db)
    const due = { endpointId, now: deps.now() }
    const { chains, next } = await findDueInOrder(deps.db, due, after, settled)
    seen += chains.length
    await sendChains(drain, chains)
    await writer.flush()
    after = next
    if (after === undefined && seen > 0) seen = 0
    else if (after === undefined) return
  } while (isOpen(drain))
}

async function sendChains(
  drain: Drain,
  chains: readonly (readonly DueDelivery[])[]
): Promise<void> {
  const waiting = [...chains]
  const sendNext = async (): Promise<void> => {
    for (let chain = waiting.shift(); chain; chain = waiting.shift()) {
      for (const due of chain) {
        if (!isOpen(drain) || !(await attempt(drain, due))) break
      }
    }
  }
  await Promise.all(Array.from({ length: room(drain) }, sendNext))
}
