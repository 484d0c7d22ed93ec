import type { Deps } from './deps.js'
import { startDispatcher } from './features/webhooks/dispatcher.js'
import { JOBS, SWEEPS } from './jobs/index.js'
import type { Job } from './jobs/job.js'
import { startRelay } from './jobs/relay-loop.js'
import { runJob } from './jobs/run-job.js'
import { runSweep, startSweeps, sweepOf } from './jobs/sweeper.js'

const CONCURRENCY = 20
const BACKOFF_DEFAULT_MS = 10_000

export interface MusterWorker {
  /** Lets jobs under way finish; takes no new ones. */
  close(): Promise<void>
}

export interface WorkerOptions {
  /** In place of each job's own waits: tests do not wait. */
  readonly backoffMs?: number
  /** Tests run sweeps themselves, at the instants they want. */
  readonly sweeps?: boolean
}

/** What runs behind the API: the relay, the BullMQ worker, the sweeps, what sends webhooks. */
export function buildWorker(
  deps: Deps,
  { backoffMs, sweeps = true }: WorkerOptions = {}
): MusterWorker {
  const jobs = backoffMs === undefined ? JOBS : withBackoff(JOBS, backoffMs)
  const underWay = new Set<Promise<void>>()
  const worker = deps.queue.startWorker({
    concurrency: CONCURRENCY,
    process: async ({ name, data }) => {
      const sweep = sweepOf(name, SWEEPS)
      const run = sweep ? runSweep(deps, sweep) : runJob(deps, jobs, data)
      underWay.add(run)
      await run.finally(() => underWay.delete(run))
    },
    backoff: (attemptsMade, name) => jobs.get(name)?.backoffMs(attemptsMade) ?? BACKOFF_DEFAULT_MS,
    onError: (error) => {
      deps.log.warn({ err: error }, 'The queue failed')
    }
  })
  worker.on('failed', (job, error) => {
    deps.log.warn({ err: error, job: job?.name, 'job.id': job?.id }, 'Job attempt failed')
  })
  const relay = startRelay(deps, jobs)
  const dispatcher = startDispatcher(deps)
  const schedule = sweeps ? startSweeps(deps, SWEEPS) : undefined
  return {
    async close() {
      const feeders = Promise.all([schedule?.close(), relay.close(), dispatcher.close()])
      if (!deps.queue.isAway()) {
        await feeders
        await worker.close()
        return
      }
      // A queue that is away cannot be told; the rows of what runs say what has been done.
      await Promise.allSettled(underWay)
      await worker.close(true)
    }
  }
}

function withBackoff(jobs: ReadonlyMap<string, Job>, backoffMs: number): ReadonlyMap<string, Job> {
  return new Map([...jobs].map(([name, job]) => [name, { ...job, backoffMs: () => backoffMs }]))
}
