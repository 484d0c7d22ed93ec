import { sql } from 'drizzle-orm'
import t from 'tap'
import { jobs } from '../../src/db/tables/jobs.js'
import { HAND_OVER_AGAIN_MS } from '../../src/jobs/relay.js'
import { runJob } from '../../src/jobs/run-job.js'
import { createTestApp, START } from '../helpers/app.js'
import { enqueueOne, idle, jobRows, jobsOf, makeJob } from '../helpers/jobs.js'

const later = (ms: number) => new Date(START.getTime() + ms)

await t.test('a job that succeeds runs with its payload, and its row goes', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  const seen: unknown[] = []
  const job = makeJob(async (_deps, payload) => {
    seen.push(payload, ...(await jobRows(deps)))
  })
  await runJob(deps, jobsOf(job), queued)
  t.match(seen, [{ number: 7 }, { attempts: 1, handOverAt: later(HAND_OVER_AGAIN_MS) }])
  t.same(await jobRows(deps), [])

  await runJob(deps, jobsOf(job), queued)
  t.equal(seen.length, 2, 'handed over again, it has been done')
})

await t.test('a failed attempt is counted and told, and the queue is to try again', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  const failing = jobsOf(
    makeJob(async () => {
      throw new Error(`no ${'!'.repeat(2_000)}`)
    })
  )
  await t.rejects(runJob(deps, failing, queued), /^no !/)
  const handOverAt = later(1_000 + HAND_OVER_AGAIN_MS)
  t.match(await jobRows(deps), [{ attempts: 1, failedAt: null, handOverAt }])
  t.equal((await jobRows(deps))[0]?.lastError?.length, 1_000)
  await t.rejects(runJob(deps, failing, queued), /^no !/)
  t.match(await jobRows(deps), [{ attempts: 2, failedAt: null }])

  await runJob(deps, jobsOf(idle), queued)
  t.same(await jobRows(deps), [], 'a later attempt may succeed')
})

await t.test('what a failed statement was given is not written down with it', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  const failing = makeJob(async ({ db }) => {
    await db.execute(sql`select ${'secret-person@acme.test'} from nothing`)
  })
  await t.rejects(runJob(deps, jobsOf(failing), queued))
  t.equal((await jobRows(deps))[0]?.lastError, 'relation "nothing" does not exist')
})

await t.test('whom a failure names, and with what, is not written down either', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  const failing = makeJob(async () => {
    throw new Error('550 ana@acme.test is unknown at smtp://muster:pass@mail.acme.test')
  })
  await t.rejects(runJob(deps, jobsOf(failing), queued))
  const [row] = await jobRows(deps)
  t.equal(row?.lastError, '550 [address] is unknown at smtp://[removed]@mail.acme.test')
})

await t.test('after the last attempt a job is given up, and its row stays', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  const calls: unknown[] = []
  const failing = makeJob(
    async () => {
      calls.push('run')
      throw new Error('no')
    },
    async (_deps, payload) => {
      calls.push(payload)
    }
  )
  await t.rejects(runJob(deps, jobsOf(failing), queued))
  await t.rejects(runJob(deps, jobsOf(failing), queued))
  await t.resolves(runJob(deps, jobsOf(failing), queued), 'the queue may forget it')
  t.same(calls, ['run', 'run', 'run', { number: 7 }])
  t.match(await jobRows(deps), [
    { attempts: 3, lastError: 'no', failedAt: START, handOverAt: null }
  ])

  await runJob(deps, jobsOf(failing), queued)
  t.equal(calls.length, 4, 'handed over again, it stays given up')
})

await t.test('an attempt that took the process down counts', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  await deps.db.update(jobs).set({ attempts: 2 })
  const failing = makeJob(async () => {
    throw new Error('no')
  })
  await runJob(deps, jobsOf(failing), queued)
  t.match(await jobRows(deps), [{ attempts: 3, failedAt: START }])
})

await t.test('a job that cannot be given up yet is given up later', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  await deps.db.update(jobs).set({ attempts: 2 })
  let tries = 0
  const failing = makeJob(
    async () => {
      throw new Error('no')
    },
    async () => {
      tries += 1
      if (tries === 1) throw new Error('not now')
    }
  )
  await t.rejects(runJob(deps, jobsOf(failing), queued), /not now/)
  t.match(await jobRows(deps), [{ failedAt: null, handOverAt: later(HAND_OVER_AGAIN_MS) }])
  await runJob(deps, jobsOf(failing), queued)
  t.match(await jobRows(deps), [{ failedAt: START }])
})

await t.test(
  'a payload that the job does not understand is given up, not tried for ever',
  async (t) => {
    const { deps } = await createTestApp(t)
    const queued = await enqueueOne(deps)
    await deps.db.update(jobs).set({ attempts: 1, payload: { number: 'seven' } })
    const called: string[] = []
    const job = makeJob(
      async () => {
        called.push('run')
      },
      async () => {
        called.push('giveUp')
      }
    )
    await t.rejects(runJob(deps, jobsOf(job), queued))
    await runJob(deps, jobsOf(job), queued)
    t.match(await jobRows(deps), [{ attempts: 3, failedAt: START, lastError: /./ }])
    t.same(called, [])
  }
)

await t.test('a job that this version does not know stays for one that does', async (t) => {
  const { deps } = await createTestApp(t)
  const queued = await enqueueOne(deps)
  await t.rejects(runJob(deps, new Map(), queued), /test-job is not in jobs\/index\.ts/)
  t.match(await jobRows(deps), [{ failedAt: null }])
  await runJob(deps, jobsOf(idle), queued)
  t.same(await jobRows(deps), [])
})
