import type { Static, TSchema } from '@sinclair/typebox'
import type { Tx } from '../db/client.js'
import { jobs } from '../db/tables/jobs.js'
import type { Deps } from '../deps.js'
import { newId } from '../ids.js'
import { currentTraceparent } from '../telemetry/tracing.js'

/**
 * A job may run twice. Its payload carries ids, never secrets or copies of rows; its handler reads
 * what is true when it runs.
 */
export interface Job<P extends TSchema = TSchema> {
  readonly name: string
  readonly payload: P
  /** How often it is tried before it is given up. */
  readonly attempts: number
  /** How long to wait after the n-th failed attempt, n from 1. */
  backoffMs(attempt: number): number
  run(deps: Deps, payload: Static<P>): Promise<void>
  /** What is true once the last attempt has failed; the row stays, visible to operators. */
  giveUp?(deps: Deps, payload: Static<P>): Promise<void>
}

/** As much of a job as it takes to enqueue one: who needs it done may stand below who does it. */
type JobCall<P extends TSchema> = Pick<Job<P>, 'name' | 'payload'>

export function defineJob<P extends TSchema>(job: Job<P>): Job<P> {
  return job
}

/** Work that is found by looking at rows whose instant has passed. */
export interface Sweep {
  readonly name: string
  readonly everyMs: number
  /** How many batches one after the other; what is left then waits. Left out: 100. */
  readonly runsMax?: number
  /** Does a bounded batch; returns how much it did, so that more than a batch is done at once. */
  run(deps: Deps): Promise<number>
}

export function defineSweep(sweep: Sweep): Sweep {
  return sweep
}

/** At which instant, and for which organization, a job is enqueued. */
interface Enqueuer {
  readonly organizationId: string
  readonly now: Date
}

/** Takes a Tx: the jobs exist if and only if the change that caused them commits. */
export function enqueue<P extends TSchema>(
  tx: Tx,
  { organizationId, now }: Enqueuer,
  job: JobCall<P>,
  payloads: readonly Static<P>[]
): void {
  tx.add(
    jobs,
    payloads.map((payload) => ({
      organizationId,
      id: newId('job'),
      name: job.name,
      payload: payload as Record<string, unknown>,
      createdAt: now,
      handOverAt: now,
      handOvers: 0,
      attempts: 0,
      lastError: null,
      failedAt: null,
      traceContext: currentTraceparent()
    }))
  )
}
