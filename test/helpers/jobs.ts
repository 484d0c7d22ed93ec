import { type Static, Type } from '@sinclair/typebox'
import { jobs as jobTable } from '../../src/db/tables/jobs.js'
import type { Deps } from '../../src/deps.js'
import { newId } from '../../src/ids.js'
import { JOBS } from '../../src/jobs/index.js'
import { defineJob, enqueue, type Job } from '../../src/jobs/job.js'
import { runJob } from '../../src/jobs/run-job.js'
import { START } from './app.js'

const Payload = Type.Object({ number: Type.Integer() })
type Payload = Static<typeof Payload>

/** A job that does what the test says, three times at most. */
export function makeJob(run: Job<typeof Payload>['run'], giveUp?: Job<typeof Payload>['run']) {
  return defineJob({
    name: 'test-job',
    payload: Payload,
    attempts: 3,
    backoffMs: (attempt) => attempt * 1_000,
    run,
    ...(giveUp ? { giveUp } : {})
  })
}

export const idle = makeJob(async () => undefined)
export const jobsOf = (job: Job<typeof Payload>) => new Map([[job.name, job]])

/** One row for each number, committed. */
export async function enqueueNumbers(deps: Deps, numbers: readonly number[]): Promise<void> {
  const enqueuer = { organizationId: newId('org'), now: START }
  const payloads = numbers.map((number) => ({ number }))
  await deps.db.transaction((tx) => {
    enqueue(tx, enqueuer, idle, payloads)
  })
}

export const jobRows = (deps: Deps) => deps.db.select().from(jobTable).orderBy(jobTable.id)

/** A row of a job, and how the queue names it. */
export async function enqueueOne(deps: Deps) {
  await enqueueNumbers(deps, [7])
  const [row] = await jobRows(deps)
  if (!row) throw new Error('it was inserted above')
  return { organization_id: row.organizationId, job_id: row.id }
}

const ROUNDS_MAX = 10

/** Does everything that is to be done, with what that leaves to be done, once. */
export async function runAllJobs(deps: Deps): Promise<void> {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    const rows = (await jobRows(deps)).filter(({ failedAt }) => failedAt === null)
    if (rows.length === 0) return
    for (const { organizationId, id } of rows) {
      await runJob(deps, JOBS, { organization_id: organizationId, job_id: id })
    }
  }
  throw new Error('jobs leave jobs without end')
}
