import type { Deps } from '../deps.js'
import type { Job } from './job.js'
import { RELAY_BATCH_MAX, relayJobs } from './relay.js'
import { listenForWake } from './wake.js'

/** How long a job waits at most when the poke that should have woken the relay was lost. */
const IDLE_MS = 1_000

export interface RelayLoop {
  close(): Promise<void>
}

/** Hands over due jobs right after they are committed, one batch at a time, until closed. */
export function startRelay(deps: Deps, jobs: ReadonlyMap<string, Job>): RelayLoop {
  let closed = false
  let wake: () => void = () => undefined
  // A poke that arrives during a round must start another one: its rows may have been missed.
  let poked = false
  const listener = listenForWake(deps.databaseUrl, () => {
    poked = true
    wake()
  })

  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, IDLE_MS)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (poked || closed) wake()
    })

  const run = async () => {
    while (!closed) {
      poked = false
      const count = await relayJobs(deps, jobs).catch((error: unknown) => {
        deps.log.error({ err: error }, 'Jobs could not be handed over')
        return 0
      })
      if (count < RELAY_BATCH_MAX) await rest()
    }
  }
  const running = run()

  return {
    async close() {
      closed = true
      wake()
      await running
      await listener.close()
    }
  }
}
