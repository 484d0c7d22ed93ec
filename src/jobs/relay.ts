import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.js'
import { uuidToId } from '../ids.js'
import type { Job } from './job.js'
import type { QueuedJob } from './queue.js'

export const RELAY_BATCH_MAX = 500
/**
 * A job that has not finished by then is handed over again. The queue ignores the id while it still
 * holds the job, so this repeats nothing that is only slow; it brings back what the queue lost.
 */
export const HAND_OVER_AGAIN_MS = 60_000

interface DueJob extends Record<string, unknown> {
  organization_id: string
  id: string
  name: string
  attempts: number
}

/** Hands over the jobs that are due, at most a batch; returns how many. */
export async function relayJobs(deps: Deps, jobs: ReadonlyMap<string, Job>): Promise<number> {
  const now = deps.now()
  const due = await claimDueJobs(deps, now)
  if (due.length === 0) return 0
  try {
    await deps.queue.queue.addBulk(due.map((row) => toQueued(row, jobs)))
  } catch (error) {
    // Nothing was handed over, or we cannot know: due again at once, and the id prevents doubles.
    await deps.db.execute(sql`
      update jobs set hand_over_at = ${now.toISOString()}
      where (organization_id, id) in (${keysOf(due)}) and failed_at is null`)
    throw error
  }
  for (const { name } of due) deps.metrics.jobsHandedOver.inc({ job: name })
  return due.length
}

/** Marks them before handing over: no transaction stays open during a call to the queue. */
async function claimDueJobs({ db }: Deps, now: Date): Promise<DueJob[]> {
  const again = new Date(now.getTime() + HAND_OVER_AGAIN_MS)
  const { rows } = await db.execute<DueJob>(sql`
    update jobs set hand_over_at = ${again.toISOString()}, hand_overs = hand_overs + 1
    where (organization_id, id) in (
      select organization_id, id from jobs
      where hand_over_at <= ${now.toISOString()} and failed_at is null
      order by hand_over_at limit ${RELAY_BATCH_MAX} for update skip locked)
    returning organization_id, id, name, attempts`)
  return rows
}

function toQueued(row: DueJob, jobs: ReadonlyMap<string, Job>) {
  const attemptsMax = jobs.get(row.name)?.attempts ?? 1
  const data: QueuedJob = {
    organization_id: uuidToId('org', row.organization_id),
    job_id: uuidToId('job', row.id)
  }
  return {
    name: row.name,
    data,
    opts: {
      jobId: data.job_id,
      // The queue may have lost count together with the job; the row has not.
      attempts: Math.max(1, attemptsMax - row.attempts),
      backoff: { type: 'custom' }
    }
  }
}

function keysOf(rows: readonly DueJob[]) {
  return sql.join(
    rows.map((row) => sql`(${row.organization_id}::uuid, ${row.id}::uuid)`),
    sql`, `
  )
}
