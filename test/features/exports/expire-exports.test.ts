import t from 'tap'
import { expireExports } from '../../../src/features/exports/expire-exports.sweep.js'
import { newId } from '../../../src/ids.js'
import { runSweep } from '../../../src/jobs/sweeper.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { chunksOf, exportAll, insertExport } from '../../helpers/exports.js'

await t.test('the sweep over expired exports', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps } = app
  const org = await app.organization()
  const { id, at, finished } = await exportAll(app, org.path)
  const large = newId('exp')
  await insertExport(app, { organizationId: org.id, id: large }, { chunks: 230 })

  await t.test('leaves alone what can still be downloaded', async (t) => {
    clock.now = new Date(START.getTime() + 7 * DAY_MS - 1)
    t.equal(await expireExports.run(deps), 0)
    t.equal((await chunksOf(app, id)).length, 1)
  })

  await t.test('deletes the files batch by batch, and the export stays', async (t) => {
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const before = (await call('GET', at)).body
    t.same(before, { ...finished, status: 'expired' }, 'nobody had to wait for the sweep')
    await expireExports.run(deps)
    const left = (await chunksOf(app, large)).length
    t.equal(left, 130, 'a batch of the large one')
    await runSweep(deps, expireExports)
    t.same([...(await chunksOf(app, id)), ...(await chunksOf(app, large))], [])
    t.equal(await expireExports.run(deps), 0)
    t.same((await call('GET', at)).body, before)
    const download = await call('GET', `${at}/download`)
    t.match(download, { status: 410, body: { code: 'export_expired' } })
  })

  await t.test('leaves no file behind when it is stopped in between', async (t) => {
    clock.now = START
    const next = newId('exp')
    await insertExport(app, { organizationId: org.id, id: next }, { chunks: 150 })
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    await expireExports.run(deps)
    const { rows } = await deps.db.execute("select status from exports where status = 'finished'")
    t.equal(rows.length, 1, 'it is found again as long as there is something of it')
    await runSweep(deps, expireExports)
    t.same(await chunksOf(app, next), [])
  })
})
