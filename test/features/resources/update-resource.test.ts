import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('PATCH {o}/resources/{resource_id} (update-resource)', async (t) => {
  const { call, organization, invite } = await createTestApp(t)

  const created = async (path: string, fields: object = {}) => {
    const { body } = await call('POST', `${path}/resources`, {
      body: { external_id: 'pn_1', name: 'Support', ...fields }
    })
    return `${path}/resources/${String(body.id)}`
  }
  const updates = async (path: string) =>
    (await call('GET', `${path}/events?type=resource.updated`)).body.data

  await t.test('changes what is given, and tells what was before', async (t) => {
    const { path } = await organization()
    const at = await created(path)
    const body = { name: null, external_id: 'pn_2', metadata: { floor: '3' } }
    const answer = await call('PATCH', at, { body })
    t.match(answer, { status: 200, body })
    t.equal(answer.body.kind, 'resource')
    const [event, ...rest] = await updates(path)
    t.same(rest, [])
    t.match(event, {
      data: { kind: 'resource', external_id: 'pn_2' },
      changes: {
        name: ['Support', null],
        external_id: ['pn_1', 'pn_2'],
        metadata: [{}, { floor: '3' }]
      }
    })
    t.same((await call('GET', at)).body, answer.body)
  })

  await t.test('what changes nothing leaves no event, nor another time of change', async (t) => {
    const { path } = await organization()
    const at = await created(path)
    const { body: before } = await call('GET', at)
    const same = { name: 'Support', external_id: 'pn_1', metadata: {} }
    t.same((await call('PATCH', at, { body: same })).body, before)
    t.same(await updates(path), [])
  })

  await t.test('an id of the host’s is one resource’s', async (t) => {
    const { path } = await organization()
    await created(path)
    const other = await created(path, { external_id: 'pn_2' })
    t.match(await call('PATCH', other, { body: { external_id: 'pn_1' } }), {
      status: 409,
      body: { code: 'external_id_taken' }
    })
    t.same(await updates(path), [])
  })

  await t.test('what is still to be made gets its id by `fulfill` alone', async (t) => {
    const { path } = await organization({ policy: 'openphone' })
    await invite(path, 'ana@acme.test', { role: 'member', resources: { choice: 'new' } })
    const { body } = await call('GET', `${path}/resources?status=requested`)
    const at = `${path}/resources/${String(body.data[0].id)}`
    t.match(await call('PATCH', at, { body: { external_id: 'pn_1' } }), {
      status: 409,
      body: { code: 'resource_not_fulfilled' }
    })
    t.match(await call('PATCH', at, { body: { name: 'Ana’s' } }), {
      status: 200,
      body: { name: 'Ana’s', status: 'requested', external_id: null }
    })
  })

  await t.test('refuses what is nothing, and what it does not know', async (t) => {
    const { path } = await organization()
    const at = await created(path)
    for (const body of [{}, { external_id: null }, { kind: 'desk' }, { status: 'requested' }]) {
      t.equal((await call('PATCH', at, { body })).status, 400, JSON.stringify(body))
    }
    const unknown = at.replace(/.$/, (last) => (last === '0' ? '1' : '0'))
    t.equal((await call('PATCH', unknown, { body: { name: 'X' } })).status, 404)
  })

  await t.test('an id that looks like one of ours takes no other’s place', async (t) => {
    const { path } = await organization()
    const meant = await created(path)
    const id = meant.split('/').at(-1)
    const thief = await created(path, { external_id: id, name: 'Thief' })
    await invite(path, 'ana@acme.test', { resources: { choice: 'existing', ids: [id] } })
    t.equal((await call('GET', meant)).body.holders_count, 1)
    t.equal((await call('GET', thief)).body.holders_count, 0)
  })
})
