import { sql } from 'drizzle-orm'
import t from 'tap'
import { jobs } from '../../src/db/tables/jobs.js'
import type { Deps } from '../../src/deps.js'
import { newId } from '../../src/ids.js'
import { enqueue } from '../../src/jobs/job.js'
import { HAND_OVER_AGAIN_MS, RELAY_BATCH_MAX, relayJobs } from '../../src/jobs/relay.js'
import { startRelay } from '../../src/jobs/relay-loop.js'
import { createTestApp, START } from '../helpers/app.js'
import { until } from '../helpers/database.js'
import { enqueueNumbers, idle, jobRows, jobsOf } from '../helpers/jobs.js'

const JOBS = jobsOf(idle)
const waiting = (deps: Deps) => deps.queue.queue.getWaitingCount()

/** Deps whose queue takes nothing until `mend` is called. */
function brokenQueue(deps: Deps) {
  let broken = true
  const addBulk: Deps['queue']['queue']['addBulk'] = async (rows) => {
    if (broken) throw new Error('no queue')
    return deps.queue.queue.addBulk(rows)
  }
  const queue = Object.assign(Object.create(deps.queue.queue), { addBulk })
  const mend = () => {
    broken = false
  }
  return { deps: { ...deps, queue: { ...deps.queue, queue } } as Deps, mend }
}

await t.test('a job is handed over once its transaction has committed, not before', async (t) => {
  const { deps } = await createTestApp(t)
  const enqueuer = { organizationId: newId('org'), now: START }
  await deps.db.transaction(async (tx) => {
    enqueue(tx, enqueuer, idle, [{ number: 1 }])
    t.equal(await relayJobs(deps, JOBS), 0)
  })
  t.equal(await waiting(deps), 0)
  t.equal(await relayJobs(deps, JOBS), 1)
  t.equal(await relayJobs(deps, JOBS), 0, 'not twice')
  const [row] = await jobRows(deps)
  t.match(await deps.queue.queue.getWaiting(), [
    {
      id: row?.id,
      name: 'test-job',
      data: { organization_id: row?.organizationId, job_id: row?.id },
      opts: { attempts: 3 }
    }
  ])
  t.notMatch(await deps.queue.queue.getWaiting(), [{ data: { number: 1 } }])
})

await t.test('a job whose transaction was rolled back is never handed over', async (t) => {
  const { deps } = await createTestApp(t)
  const enqueuer = { organizationId: newId('org'), now: START }
  const work = deps.db.transaction(async (tx) => {
    enqueue(tx, enqueuer, idle, [{ number: 1 }])
    throw new Error('rolled back')
  })
  await t.rejects(work, /rolled back/)
  t.equal(await relayJobs(deps, JOBS), 0)
})

await t.test('a job that the queue lost is handed over again, when it is overdue', async (t) => {
  const { deps, clock } = await createTestApp(t)
  await enqueueNumbers(deps, [1])
  t.equal(await relayJobs(deps, JOBS), 1)
  await deps.queue.queue.obliterate({ force: true })
  t.equal(await waiting(deps), 0)

  clock.now = new Date(START.getTime() + HAND_OVER_AGAIN_MS - 1)
  t.equal(await relayJobs(deps, JOBS), 0)
  clock.now = new Date(START.getTime() + HAND_OVER_AGAIN_MS)
  t.equal(await relayJobs(deps, JOBS), 1)
  t.equal(await waiting(deps), 1)
  t.match(await jobRows(deps), [{ handOvers: 2, attempts: 0 }])
})

await t.test(
  'a job that is only slow is in the queue once, however often handed over',
  async (t) => {
    const { deps, clock } = await createTestApp(t)
    await enqueueNumbers(deps, [1])
    t.equal(await relayJobs(deps, JOBS), 1)
    clock.now = new Date(START.getTime() + HAND_OVER_AGAIN_MS)
    t.equal(await relayJobs(deps, JOBS), 1)
    t.equal(await waiting(deps), 1)
  }
)

await t.test('a job that the queue did not take is due at once', async (t) => {
  const { deps } = await createTestApp(t)
  await enqueueNumbers(deps, [1, 2])
  const broken = brokenQueue(deps)
  await t.rejects(relayJobs(broken.deps, JOBS), /no queue/)
  t.match(await jobRows(deps), [{ handOverAt: START }, { handOverAt: START }])
  broken.mend()
  t.equal(await relayJobs(broken.deps, JOBS), 2)
})

await t.test('the relay outlives a queue that takes nothing for a while', async (t) => {
  const { deps } = await createTestApp(t)
  const broken = brokenQueue(deps)
  const relay = startRelay(broken.deps, JOBS)
  t.teardown(() => relay.close())
  await enqueueNumbers(deps, [1])
  await until(async () => ((await jobRows(deps))[0]?.handOvers ?? 0) > 0)
  broken.mend()
  await until(async () => (await waiting(deps)) === 1)
  t.match(await jobRows(deps), [{ failedAt: null }])
})

await t.test('relays of several processes hand over different jobs, none waits', async (t) => {
  const { deps } = await createTestApp(t)
  await enqueueNumbers(deps, [1, 2, 3])
  await deps.db.transaction(async (tx) => {
    await tx.execute(sql`select from jobs where payload ->> 'number' = '2' for update`)
    t.equal(await relayJobs(deps, JOBS), 2)
  })
  t.equal(await relayJobs(deps, JOBS), 1)
})

await t.test('a crowd of jobs is handed over in batches', async (t) => {
  const { deps } = await createTestApp(t)
  await enqueueNumbers(deps, [...Array(RELAY_BATCH_MAX + 1).keys()])
  t.equal(await relayJobs(deps, JOBS), RELAY_BATCH_MAX)
  t.equal(await relayJobs(deps, JOBS), 1)
  t.equal(await waiting(deps), RELAY_BATCH_MAX + 1)
})

await t.test('a job gets the attempts that it has left; given up, it is left alone', async (t) => {
  const { deps } = await createTestApp(t)
  await enqueueNumbers(deps, [1, 2, 3])
  await deps.db.execute(sql`update jobs set attempts = 2 where payload ->> 'number' = '1'`)
  await deps.db.execute(sql`update jobs set attempts = 9 where payload ->> 'number' = '2'`)
  const failed = { failedAt: START, attempts: 3 }
  await deps.db.update(jobs).set(failed).where(sql`payload ->> 'number' = '3'`)
  t.equal(await relayJobs(deps, JOBS), 2)
  const queued = await deps.queue.queue.getWaiting()
  t.same(
    queued.map(({ opts }) => opts.attempts),
    [1, 1]
  )
})
