import { Value } from '@sinclair/typebox/value'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { jobs as jobTable } from '../db/tables/jobs.js'
import type { Deps } from '../deps.js'
import { scrub } from '../scrub.js'
import { secondsSince } from '../telemetry/metrics.js'
import { type Span, type SpanOptions, traced } from '../telemetry/tracing.js'
import type { Job } from './job.js'
import type { QueuedJob } from './queue.js'
import { HAND_OVER_AGAIN_MS } from './relay.js'

const ERROR_LENGTH_MAX = 1_000

type JobRow = typeof jobTable.$inferSelect

/**
 * Runs the job of a row: the row goes when the handler has succeeded, stays with the error when it
 * has not. Throws what the handler threw, so that the queue waits and tries again, until the last
 * attempt; then the job is given up, and stays visible as a row.
 */
export async function runJob(
  deps: Deps,
  jobs: ReadonlyMap<string, Job>,
  queued: QueuedJob
): Promise<void> {
  const row = await beginAttempt(deps, queued)
  if (!row) return // Done already, or given up.
  const job = jobs.get(row.name)
  if (!job) throw new Error(`job ${row.name} is not in jobs/index.ts`)
  const startedAt = performance.now()
  let outcome = 'failed'
  try {
    outcome = await traced(deps.tracing, spanOf(row), (span) =>
      attempt(deps, job, { queued, row, span })
    )
  } finally {
    deps.metrics.jobDuration.observe({ job: job.name, outcome }, secondsSince(startedAt))
  }
}

/** Joins the trace of what enqueued it, however often it is tried. */
const spanOf = ({ name, attempts, traceContext }: JobRow): SpanOptions => ({
  name: `job ${name}`,
  kind: 'consumer',
  parent: traceContext ?? undefined,
  attributes: { 'muster.job': name, 'muster.job.attempt': attempts }
})

interface Attempt {
  readonly queued: QueuedJob
  readonly row: JobRow
  readonly span: Span | undefined
}

async function attempt(
  deps: Deps,
  job: Job,
  { queued, row, span }: Attempt
): Promise<'done' | 'given_up'> {
  try {
    await job.run(deps, Value.Decode(job.payload, row.payload))
    await deps.db.delete(jobTable).where(isRow(queued))
    return 'done'
  } catch (error) {
    const last = row.attempts >= job.attempts
    // A payload that no version of the job understands any more can only be given up.
    const payload = Value.Check(job.payload, row.payload) ? row.payload : undefined
    if (last && payload) await job.giveUp?.(deps, Value.Decode(job.payload, payload))
    await noteFailure(deps, queued, {
      error,
      retryMs: last ? undefined : job.backoffMs(row.attempts)
    })
    if (last) {
      deps.log.error({ err: error, job: row.name, 'job.id': queued.job_id }, 'Job given up')
      span?.fail(error)
      return 'given_up'
    }
    throw error
  }
}

/** Counts the attempt before it is made: one that takes the process down counts as well. */
async function beginAttempt(deps: Deps, queued: QueuedJob) {
  const [row] = await deps.db
    .update(jobTable)
    .set({
      attempts: sql`${jobTable.attempts} + 1`,
      handOverAt: new Date(deps.now().getTime() + HAND_OVER_AGAIN_MS)
    })
    .where(and(isRow(queued), isNull(jobTable.failedAt)))
    .returning()
  return row
}

async function noteFailure(
  deps: Deps,
  queued: QueuedJob,
  { error, retryMs }: { error: unknown; retryMs: number | undefined }
): Promise<void> {
  const now = deps.now()
  // A failed statement's own message holds its values: people's names and addresses.
  const cause = error instanceof Error && 'query' in error ? error.cause : error
  const message = cause instanceof Error ? cause.message : String(cause)
  await deps.db
    .update(jobTable)
    .set({
      lastError: scrub(message).slice(0, ERROR_LENGTH_MAX),
      ...(retryMs === undefined
        ? { failedAt: now, handOverAt: null }
        : { handOverAt: new Date(now.getTime() + retryMs + HAND_OVER_AGAIN_MS) })
    })
    .where(isRow(queued))
}

const isRow = (queued: QueuedJob) =>
  and(eq(jobTable.organizationId, queued.organization_id), eq(jobTable.id, queued.job_id))
