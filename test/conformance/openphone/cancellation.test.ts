import t from 'tap'
import { createProducts } from '../products.js'

await t.test('OpenPhone: a canceled subscription', async (t) => {
  const products = await createProducts(t)
  const { call, invite, accept, unique } = products

  await t.test('OP-103: nobody joins a workspace that is no longer active', async (t) => {
    const team = await products.team('openphone')
    const email = `${unique('ana')}@openphone.test`
    const user = { id: unique('u'), email }
    const { token, invitation } = await invite(team.path, email, {
      role: 'member',
      resources: { choice: 'new' }
    })
    await team.call('owner', 'POST', '/cancel')
    const refused = await accept(token, user)
    t.match([refused.status, refused.body.code], [403, 'organization_canceled'])
    t.match(refused.body.detail, /subscription is canceled/, 'which says why')
    const lookup = await call('POST', '/v1/invitations/lookup', { key: null, body: { token } })
    t.match([lookup.status, lookup.body.code], [403, 'organization_canceled'])
    const { body: member } = await call('GET', `${team.path}/members/${invitation.member_id}`)
    t.equal(member.status, 'invited')
    await team.call('owner', 'POST', '/restore')
    t.match(await accept(token, user), { status: 200, body: { status: 'active' } })
  })

  await t.test('OP-87: the money credits of the workspace end with it', async (t) => {
    const team = await products.team('openphone')
    const period = { starts_on: '2030-01-01', ends_on: '2030-02-01' }
    await call('PUT', `${team.path}/billing`, { body: { plan: 'business', period } })
    const leaver = await team.add('member')
    await team.call('owner', 'DELETE', `/members/${leaver.id}?confirm=true`)
    const credits = async () =>
      (await call('GET', `${team.path}/billing`)).body.credit_balance as number
    const balance = await credits()
    t.ok(balance > 0)

    await team.call('owner', 'POST', '/cancel')
    t.equal(await credits(), 0)
    const [expired] = await team.events('billing.credit_expired')
    t.match(expired.data, { kind: 'credit_expired', amount: balance, currency: 'USD' })
    const { body } = await call('GET', `${team.path}/billing-entries?kind=credit_expired`)
    t.match(body.data, [{ amount: balance }])

    await team.call('owner', 'POST', '/restore')
    t.equal(await credits(), 0, 'and do not come back')
  })

  await t.test('OP-87: only where there are any', async (t) => {
    const team = await products.team('openphone')
    await team.call('owner', 'POST', '/cancel')
    t.same(await team.events('billing.credit_expired'), [])
  })
})
