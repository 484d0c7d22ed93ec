import { Type } from '@sinclair/typebox'
import { sql } from 'drizzle-orm'
import t, { type Test } from 'tap'
import type { Deps } from '../../src/deps.js'
import { DEPLOYMENT_ID } from '../../src/ids.js'
import { defineJob, enqueue, type Job } from '../../src/jobs/job.js'
import { purgeOldRows } from '../../src/jobs/purge-old-rows.sweep.js'
import { HAND_OVER_AGAIN_MS, relayJobs } from '../../src/jobs/relay.js'
import { runJob } from '../../src/jobs/run-job.js'
import { createTestApp, START } from '../helpers/app.js'

const HOUR_MS = 3_600_000

/** A job that does what the test says, on a service whose queue only takes notes. */
async function setUp(t: Test, run: () => Promise<void> = async () => undefined) {
  const { deps: real, clock } = await createTestApp(t)
  const taken: { name: string; data: { job_id: string }; opts: { attempts: number } }[] = []
  const queue = { refuse: false }
  const addBulk = async (jobs: typeof taken) => {
    if (queue.refuse) throw new Error('the queue is away')
    taken.push(...jobs)
  }
  const deps = {
    ...real,
    queue: { ...real.queue, queue: { addBulk } }
  } as unknown as Deps
  const given: unknown[] = []
  const job = defineJob({
    name: 'test-job',
    payload: Type.Object({ n: Type.Integer() }),
    attempts: 3,
    backoffMs: (attempt) => attempt * 1_000,
    run,
    giveUp: async (_deps, payload) => {
      given.push(payload)
    }
  })
  const jobs: ReadonlyMap<string, Job> = new Map([[job.name, job]])
  const place = { organizationId: DEPLOYMENT_ID, now: START }
  const add = (n: number) => deps.db.transaction((tx) => enqueue(tx, place, job, [{ n }]))
  const rows = async () => {
    const { rows } = await deps.db.execute(
      sql`select attempts, hand_overs, last_error, failed_at is not null as failed from jobs`
    )
    return rows
  }
  const queued = (index = 0) => {
    const { data } = taken[index] ?? { data: { job_id: 'none' } }
    return { organization_id: DEPLOYMENT_ID, job_id: data.job_id }
  }
  return { deps, clock, jobs, job, place, add, rows, taken, queue, queued, given }
}

await t.test('a job is handed over once it is committed, and only then', async (t) => {
  const { deps, jobs, job, place, rows, taken } = await setUp(t)
  const undone = deps.db.transaction(async (tx) => {
    await enqueue(tx, place, job, [{ n: 1 }])
    t.equal(await relayJobs(deps, jobs), 0, 'not before the commit')
    throw new Error('undo')
  })
  await t.rejects(undone, /undo/)
  t.equal(await relayJobs(deps, jobs), 0)
  await deps.db.transaction((tx) => enqueue(tx, place, job, [{ n: 2 }, { n: 3 }]))
  t.equal(await relayJobs(deps, jobs), 2)
  t.equal(await relayJobs(deps, jobs), 0, 'not twice')
  t.equal(taken.length, 2)
  t.equal((await rows()).length, 2, 'the rows stay until they have run')
})

await t.test('a job that the queue lost is handed over again under the same id', async (t) => {
  const { deps, clock, jobs, add, taken } = await setUp(t)
  await add(1)
  await relayJobs(deps, jobs)
  clock.now = new Date(START.getTime() + HAND_OVER_AGAIN_MS - 1)
  t.equal(await relayJobs(deps, jobs), 0)
  clock.now = new Date(START.getTime() + HAND_OVER_AGAIN_MS)
  t.equal(await relayJobs(deps, jobs), 1)
  t.equal(taken[1]?.data.job_id, taken[0]?.data.job_id)
})

await t.test('a hand-over that fails leaves the job due', async (t) => {
  const { deps, jobs, add, queue, taken } = await setUp(t)
  await add(1)
  queue.refuse = true
  await t.rejects(relayJobs(deps, jobs), /away/)
  queue.refuse = false
  t.equal(await relayJobs(deps, jobs), 1)
  t.equal(taken.length, 1)
})

await t.test('a job that has succeeded is gone, and running it again does nothing', async (t) => {
  let runs = 0
  const { deps, jobs, add, rows, queued } = await setUp(t, async () => {
    runs += 1
  })
  await add(1)
  await relayJobs(deps, jobs)
  await runJob(deps, jobs, queued())
  await runJob(deps, jobs, queued())
  t.equal(runs, 1)
  t.same(await rows(), [])
})

await t.test('a job that fails is tried as often as it says, then given up and kept', async (t) => {
  const { deps, jobs, add, rows, queued, given } = await setUp(t, async () => {
    throw new Error('no luck')
  })
  await add(7)
  await relayJobs(deps, jobs)
  await t.rejects(runJob(deps, jobs, queued()), /no luck/)
  await t.rejects(runJob(deps, jobs, queued()), /no luck/)
  t.same(given, [])
  t.match(await rows(), [{ attempts: 2, failed: false, last_error: 'no luck' }])
  await runJob(deps, jobs, queued())
  t.same(given, [{ n: 7 }])
  t.match(await rows(), [{ attempts: 3, failed: true, last_error: 'no luck' }])
  await runJob(deps, jobs, queued())
  t.equal(given.length, 1, 'a given-up job is not run again')
})

await t.test('attempts that were made count, whatever the queue remembers', async (t) => {
  const { deps, clock, jobs, add, queued, taken } = await setUp(t, async () => {
    throw new Error('no luck')
  })
  await add(1)
  await relayJobs(deps, jobs)
  await t.rejects(runJob(deps, jobs, queued()))
  clock.now = new Date(START.getTime() + HOUR_MS)
  await relayJobs(deps, jobs)
  t.same(
    taken.map(({ opts }) => opts.attempts),
    [3, 2]
  )
})

await t.test('what is kept for a while only goes when its time has passed', async (t) => {
  const { deps, clock } = await setUp(t)
  const keep = (key: string, createdAt: Date) =>
    deps.db.execute(sql`insert into idempotency_keys
      (caller, operation, key, fingerprint, status, answer, created_at)
      values ('c', 'o', ${key}, '', 200, '', ${createdAt.toISOString()})`)
  await keep('old', START)
  await keep('young', new Date(START.getTime() + HOUR_MS))
  clock.now = new Date(START.getTime() + 24 * HOUR_MS + 1)
  t.equal(await purgeOldRows.run(deps), 1)
  t.equal(await purgeOldRows.run(deps), 0)
  const { rows } = await deps.db.execute(sql`select key from idempotency_keys`)
  t.same(rows, [{ key: 'young' }])
})
