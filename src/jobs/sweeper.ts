import type { Deps } from '../deps.js'
import { secondsSince } from '../telemetry/metrics.js'
import type { Sweep } from './job.js'

const SWEEP_PREFIX = 'sweep.'
/** Batches of one run where a sweep does not say; what is left then waits for the next. */
const RUNS_MAX = 100
/** The schedules live in the queue: a flushed Redis has forgotten them until they are made again. */
const REVIVE_MS = 30_000

/** Makes the schedules of all sweeps, again and again, since the queue may lose them. */
export function startSweeps(
  deps: Deps,
  sweeps: readonly Sweep[],
  reviveMs = REVIVE_MS
): { close(): Promise<void> } {
  const { queue } = deps.queue
  const schedule = async () => {
    for (const sweep of sweeps) {
      const name = SWEEP_PREFIX + sweep.name
      const existing = await queue.getJobScheduler(name)
      if (existing?.every === sweep.everyMs) continue
      await queue.upsertJobScheduler(name, { every: sweep.everyMs }, { name })
    }
  }
  let last: Promise<void> = Promise.resolve()
  const revive = () => {
    last = schedule().catch((error: unknown) => {
      deps.log.error({ err: error }, 'Sweeps could not be scheduled')
    })
  }
  revive()
  const timer = setInterval(revive, reviveMs)
  return {
    async close() {
      clearInterval(timer)
      await last
    }
  }
}

/** The sweep that a queued job names, if it names one. */
export function sweepOf(name: string, sweeps: readonly Sweep[]): Sweep | undefined {
  return sweeps.find((sweep) => SWEEP_PREFIX + sweep.name === name)
}

export async function runSweep(deps: Deps, sweep: Sweep): Promise<void> {
  const startedAt = performance.now()
  let outcome = 'failed'
  try {
    for (let run = 0; run < (sweep.runsMax ?? RUNS_MAX); run += 1) {
      if ((await sweep.run(deps)) === 0) break
    }
    outcome = 'done'
  } finally {
    deps.metrics.sweepDuration.observe({ sweep: sweep.name, outcome }, secondsSince(startedAt))
  }
}
