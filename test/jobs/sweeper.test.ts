import t from 'tap'
import { SWEEPS } from '../../src/jobs/index.js'
import { defineSweep } from '../../src/jobs/job.js'
import { runSweep, startSweeps, sweepOf } from '../../src/jobs/sweeper.js'
import { buildWorker } from '../../src/worker.js'
import { createTestApp, DAY_MS, START } from '../helpers/app.js'
import { until } from '../helpers/database.js'

const hourly = (everyMs = 3_600_000) =>
  defineSweep({ name: 'test-sweep', everyMs, run: async () => 0 })

await t.test(
  'a sweep goes on until nothing is left, for a bounded number of batches',
  async (t) => {
    const { deps } = await createTestApp(t)
    let left = 3
    await runSweep(deps, defineSweep({ name: 'ends', everyMs: 1, run: async () => left-- }))
    t.equal(left, -1, 'the batch that finds nothing is the last')

    let batches = 0
    const endless = defineSweep({ name: 'endless', everyMs: 1, run: async () => ++batches })
    await runSweep(deps, endless)
    t.equal(batches, 100)
    await runSweep(deps, { ...endless, runsMax: 2 })
    t.equal(batches, 102, 'or as many as it says')
  }
)

await t.test('every sweep has a schedule, which follows a change of its interval', async (t) => {
  const { deps } = await createTestApp(t)
  const { queue } = deps.queue
  await startSweeps(deps, [hourly()]).close()
  t.match(await queue.getJobSchedulers(), [{ key: 'sweep.test-sweep', every: 3_600_000 }])
  await startSweeps(deps, [hourly(60_000)]).close()
  t.match(await queue.getJobSchedulers(), [{ key: 'sweep.test-sweep', every: 60_000 }])
  t.equal((await queue.getJobSchedulers()).length, 1)
  t.equal(sweepOf('sweep.test-sweep', [hourly()])?.name, 'test-sweep')
  t.equal(sweepOf('test-sweep', [hourly()]), undefined)
})

await t.test('a schedule that the queue lost is made again', async (t) => {
  const { deps } = await createTestApp(t)
  const { queue } = deps.queue
  const sweeps = startSweeps(deps, [hourly()], 20)
  t.teardown(() => sweeps.close())
  const scheduled = async () => (await queue.getJobSchedulers()).length === 1
  await until(scheduled)
  t.ok(await queue.removeJobScheduler('sweep.test-sweep'))
  await until(scheduled)
})

await t.test('the worker runs the sweeps: what has expired is written down and told', async (t) => {
  const { deps, clock, call, organization, invite } = await createTestApp(t)
  const { path } = await organization()
  const { invitation } = await invite(path, 'ana@acme.test')
  clock.now = new Date(START.getTime() + 8 * DAY_MS)
  const worker = buildWorker(deps)
  t.teardown(() => worker.close())
  const events = await until(async () => {
    const { body } = await call('GET', `${path}/events?type=invitation.expired`)
    return body.data.length > 0 && body.data
  })
  t.match(events, [{ subject: { id: invitation.id }, actor: { type: 'system' } }])
  // One is scheduled after the other, and runs meanwhile.
  const schedulers = () => deps.queue.queue.getJobSchedulers()
  await until(async () => (await schedulers()).length === SWEEPS.length)
})
