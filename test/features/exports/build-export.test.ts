import { and, eq, sql } from 'drizzle-orm'
import t from 'tap'
import { exportChunks, exports } from '../../../src/db/tables/exports.js'
import { organizations } from '../../../src/db/tables/organizations.js'
import { buildExport } from '../../../src/features/exports/build-export.job.js'
import { JOBS } from '../../../src/jobs/index.js'
import { runJob } from '../../../src/jobs/run-job.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { until, untilBlocked } from '../../helpers/database.js'
import { dumpRows } from '../../helpers/dump.js'
import {
  chunksOf,
  dataOf,
  inTheMiddle,
  isExport,
  linesOf,
  startExport
} from '../../helpers/exports.js'
import { jobRows, runAllJobs } from '../../helpers/jobs.js'

await t.test('a build that runs again', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app

  await t.test('does nothing when the export has ended', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    await one.run()
    const before = await dumpRows(deps.db)
    await one.run()
    await one.giveUp()
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('runs once at a time: the second finds it done', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    await Promise.all([one.run(), one.run()])
    t.equal((await chunksOf(app, one.id)).length, 1)
    const { body } = await call('GET', `${org.path}/events?type=export.finished`)
    t.equal(body.data.length, 1)
  })

  await t.test('keeps the file that another process has written meanwhile', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    const content = Buffer.from('{}\n')
    const row = { organizationId: org.id, exportId: one.id, number: 1, content }
    const { run } = await deps.db.transaction(async (tx) => {
      await tx.insert(exportChunks).values(row)
      const run = one.run()
      run.catch(() => undefined)
      await untilBlocked(deps.db)
      await tx
        .update(exports)
        .set({ lineCount: 1, byteCount: content.length })
        .where(isExport({ organizationId: org.id, id: one.id }))
      return { run }
    })
    await t.rejects(run, 'it is tried again')
    await one.run()
    t.match(await one.read(), { status: 'finished', lines: 1, bytes: content.length })
    t.equal((await one.download()).body, '{}\n')
  })

  await t.test('leaves alone what was given up meanwhile', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    await t.rejects(inTheMiddle(app, one.run, async () => one.giveUp()))
    t.same(await chunksOf(app, one.id), [])
    await one.run()
    t.equal((await one.read()).status, 'failed')
    t.match(await one.download(), { status: 409, body: { export_status: 'failed' } })
  })

  await t.test('only ends an export whose file is written', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    await withoutEnd(app, async () => t.rejects(one.run()))
    t.match(await one.read(), { status: 'running', lines: null, bytes: null })
    const written = await chunksOf(app, one.id)
    await app.member(org.path)
    await one.run()
    t.same(await chunksOf(app, one.id), written)
    const { lines } = await one.read()
    t.equal(linesOf((await one.download()).body).length, lines)
  })

  await t.test('deletes the file of an export that is given up', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    await withoutEnd(app, async () => t.rejects(one.run()))
    t.equal((await chunksOf(app, one.id)).length, 1)
    await one.giveUp()
    t.match(await one.read(), { status: 'failed', lines: null, bytes: null, expires_at: null })
    t.same(await chunksOf(app, one.id), [])
  })
})

/** As long as no export can be ended: each ends with an event. */
async function withoutEnd({ deps: { db } }: TestApp, work: () => Promise<unknown>): Promise<void> {
  await db.execute(sql`
    alter table events add constraint no_end check (type <> 'export.finished') not valid`)
  await work()
  await db.execute(sql`alter table events drop constraint no_end`)
}

await t.test('an organization that is', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const setDeleted = (id: string) =>
    deps.db.update(organizations).set({ status: 'deleted' }).where(eq(organizations.id, id))
  const endings = (id: string) =>
    deps.db.execute(sql`select 1 from events where type = 'export.finished'
      and subject_id = ${id}`)

  await t.test('canceled meanwhile is exported to the end', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    await inTheMiddle(app, one.run, () => call('POST', `${org.path}/cancel?confirm=true`))
    t.equal((await one.read()).status, 'finished')
    const [told] = dataOf(linesOf((await one.download()).body), 'organization')
    t.equal(told.status, 'active', 'as it was')
  })

  await t.test('deleted is not exported any more', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    await setDeleted(org.id)
    const before = await dumpRows(deps.db, ['jobs'])
    await runAllJobs(deps)
    await one.giveUp()
    t.same(await dumpRows(deps.db, ['jobs']), before)
    t.same(await jobRows(deps), [])
  })

  await t.test('deleted meanwhile gets no event any more', async (t) => {
    const org = await app.organization()
    const one = await startExport(app, org)
    const [job] = (await jobRows(deps)).filter(({ name }) => name === 'build-export')
    if (!job) throw new Error('it was enqueued above')
    const run = () => runJob(deps, JOBS, { organization_id: org.id, job_id: job.id })
    await t.rejects(inTheMiddle(app, run, () => setDeleted(org.id)))
    await run()
    t.equal((await endings(one.id)).rowCount, 0)
    t.same(await jobRows(deps), [], 'nothing keeps it from being purged')
  })
})

await t.test('an export that fails again and again', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const { call, deps } = app
  const org = await app.organization()
  await deps.db.execute(sql`alter table group_members rename to away`)
  const one = await startExport(app, org)
  const failed = await until(async () => {
    const now = await one.read()
    return now.status === 'failed' && now
  })
  t.match(failed, { lines: null, bytes: null, finished_at: /^2030/, expires_at: null })
  const { body } = await call('GET', `${org.path}/events?type=export.finished`)
  t.match(body.data, [{ subject: { id: one.id }, data: { status: 'failed' } }])
  t.same(Object.keys(body.data[0].data), ['status'])
  const [job] = await until(async () => {
    const rows = await jobRows(deps)
    return rows[0]?.failedAt != null && rows
  })
  t.match(job, { name: 'build-export', attempts: buildExport.attempts, lastError: /group_members/ })

  await deps.db.execute(sql`alter table away rename to group_members`)
  const next = await startExport(app, org)
  await until(async () => (await next.read()).status === 'finished')
  const left = await deps.db
    .select()
    .from(exportChunks)
    .where(and(eq(exportChunks.organizationId, org.id), eq(exportChunks.exportId, one.id)))
  t.same(left, [])
})
