import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('GET /v1/organizations', async (t) => {
  const { call, organization } = await createTestApp(t)
  await organization({ name: 'Alpha', external_id: 'a-1' })
  const beta = await organization({ name: '100% Beta_x' })
  const names = async (query: string, key?: string) => {
    const { body } = await call('GET', `/v1/organizations${query}`, key ? { key } : {})
    return body.data.map(({ name }: { name: string }) => name)
  }

  await t.test('lists the oldest first and finds by name or external id', async (t) => {
    t.same(await names(''), ['Alpha', '100% Beta_x'])
    t.same(await names('?q=alph'), ['Alpha'])
    t.same(await names('?q=a-1'), ['Alpha'])
    t.same(await names('?external_id=a-1'), ['Alpha'])
    t.same(await names('?policy=other'), [])
  })

  await t.test('takes the signs of a pattern literally', async (t) => {
    t.same(await names('?q=%25'), ['100% Beta_x'])
    t.same(await names('?q=_'), ['100% Beta_x'])
    t.same(await names('?q=%5C'), [])
  })

  await t.test('shows a key of some organizations only those', async (t) => {
    const { body } = await call('POST', '/v1/api-keys', {
      body: { name: 'beta', scopes: ['*'], organization_ids: [beta.id] }
    })
    t.same(await names('?include_total=true', body.api_key), ['100% Beta_x'])
  })
})

await t.test('GET {o}/summary', async (t) => {
  const { call, organization, invite, member, clock } = await createTestApp(t)

  await t.test('counts seats by what is true at this instant', async (t) => {
    const org = await organization({ billing: { seats: 5 } })
    await member(org.path)
    await invite(org.path, 'lapses@summary.test')
    clock.now = new Date(START.getTime() + DAY_MS)
    await invite(org.path, 'stays@summary.test')
    const summary = async () => (await call('GET', `${org.path}/summary`)).body
    t.match(await summary(), {
      name: 'Acme',
      seats: { used: 4, available: 1, size: 5 },
      members: { active: 2, invited: 2, invitation_expired: 0 }
    })
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.match(await summary(), {
      seats: { used: 3, available: 2, size: 5 },
      members: { active: 2, invited: 1, invitation_expired: 1 }
    })
  })

  await t.test('never shows fewer than no seats when the limit was lowered', async (t) => {
    const org = await organization({ billing: { seats: 5 } })
    await member(org.path)
    await call('PUT', `${org.path}/billing`, { body: { seats: 1 } })
    const { body } = await call('GET', `${org.path}/summary`)
    t.match(body.seats, { used: 2, available: 0, size: 1 })
  })
})
