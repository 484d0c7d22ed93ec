import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'

await t.test('PATCH {o}/groups/{group_id}', async (t) => {
  const { call, organization, clock, deps } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  const group = async (path: string, fields: Record<string, unknown> = {}) => {
    const { body } = await call('POST', `${path}/groups`, { body: { name: 'Design', ...fields } })
    return { ...body, path: `${path}/groups/${String(body.id)}` }
  }

  await t.test('changes what is given, and tells before and after', async (t) => {
    const org = await organization()
    const { path, id } = await group(org.path, { external_id: 'x', metadata: { a: '1', b: '2' } })
    clock.now = new Date(START.getTime() + DAY_MS)
    const { status, body } = await call('PATCH', path, { body: { name: 'Art', external_id: null } })
    t.equal(status, 200)
    t.match(body, { name: 'Art', external_id: null, metadata: { a: '1', b: '2' } })
    t.equal(body.updated_at, clock.now.toISOString())
    t.same((await call('GET', path)).body, body)
    const { body: events } = await call('GET', `${org.path}/events?type=group.updated`)
    t.match(events.data, [
      { subject: { id }, changes: { name: ['Design', 'Art'], external_id: ['x', null] } }
    ])
  })

  await t.test('of nothing new writes nothing', async (t) => {
    const org = await organization()
    const { path } = await group(org.path, { external_id: 'x', metadata: { a: '1', b: '2' } })
    const before = await dumpRows(deps.db)
    clock.now = new Date(START.getTime() + DAY_MS)
    const body = { name: 'Design', external_id: 'x', metadata: { b: '2', a: '1' } }
    t.equal((await call('PATCH', path, { body })).status, 200)
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('refuses an external id that another has, and an empty change', async (t) => {
    const org = await organization()
    await group(org.path, { external_id: 'first' })
    const { path } = await group(org.path, { external_id: 'second' })
    const { status, body } = await call('PATCH', path, { body: { external_id: 'first' } })
    t.match([status, body.code], [409, 'external_id_taken'])
    t.equal((await call('PATCH', path, { body: { external_id: 'second' } })).status, 200)
    t.equal((await call('PATCH', path, { body: {} })).status, 400)
  })
})
