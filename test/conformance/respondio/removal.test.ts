import t from 'tap'
import { createProducts, type Person, type Team } from '../products.js'

const ROLES = ['org_admin', 'billing_admin', 'user_admin', 'member']

await t.test('respond.io: removing users', async (t) => {
  const products = await createProducts(t)
  const team = products.of('respondio')
  const remove = (by: string | Person, { id }: Person, query = '?confirm=true', from = team) =>
    from.call(by, 'DELETE', `/members/${id}${query}`)
  const byHost = (from: Team, { id }: Person) => `${from.path}/members/${id}`

  await t.test('RIO-21: the last organization administrator stays, and stays one', async (t) => {
    const own = await products.team('respondio')
    const { creator } = own
    const next = await own.add('org_admin')
    const demoted = await own.call(next, 'PATCH', `/members/${creator.id}`, {
      body: { role: 'member' }
    })
    t.equal(demoted.body.role, 'member', 'of two, one may go')
    await products.invite(own.path, 'promised@respondio.test', { role: 'org_admin' })
    const path = byHost(own, next)
    const removal = await products.call('DELETE', `${path}?confirm=true`)
    t.match([removal.status, removal.body.code], [409, 'last_holder'], 'an offer is no holder')
    const demotion = await products.call('PATCH', path, { body: { role: 'user_admin' } })
    t.match([demotion.status, demotion.body.code], [409, 'last_holder'])
    t.equal((await remove(next, next, '?confirm=true', own)).status, 403)
    t.match(await own.read(next), { role: 'org_admin', status: 'active' })
  })

  await t.test('RIO-40 RIO-48: a user administrator removes Members and nobody else', async (t) => {
    const member = await team.add('member')
    t.equal((await remove('user_admin', member)).body.status, 'removed')
    for (const role of ['org_admin', 'billing_admin', 'user_admin']) {
      const person = await team.add(role)
      const refused = await remove('user_admin', person)
      t.match([refused.status, refused.body.code], [403, 'role_not_manageable'], role)
      t.equal((await team.read(person)).status, 'active')
    }
  })

  await t.test('RIO-72: nobody removes themselves; another one does', async (t) => {
    for (const role of ROLES) {
      const person = await team.add(role)
      const manages = role === 'org_admin' || role === 'user_admin'
      const refused = await remove(person, person)
      t.match(
        [refused.status, refused.body.code],
        [403, manages ? 'self_removal' : 'not_permitted'],
        role
      )
      const left = await team.call(person, 'POST', '/leave?confirm=true')
      t.match([left.status, left.body.code], [403, 'self_removal'], role)
      t.equal((await team.read(person)).status, 'active')
      t.equal((await remove('org_admin', person)).body.status, 'removed')
    }
  })

  await t.test('RIO-73: one finds the user, looks, and confirms the removal', async (t) => {
    const person = await team.add('member')
    const { name } = await team.read(person)
    const { body: found } = await team.call(
      'user_admin',
      'GET',
      `/members?q=${encodeURIComponent(name)}`
    )
    t.match(found.data, [{ id: person.id, email: person.email, role: 'member' }])
    const asked = await remove('user_admin', person, '')
    t.match([asked.status, asked.body.code], [428, 'confirmation_required'])
    t.equal((await team.read(person)).status, 'active')
    t.equal((await remove('user_admin', person)).body.status, 'removed')
  })

  await t.test('RIO-74: whoever is removed loses every workspace at once', async (t) => {
    const person = await team.add('member')
    const workspaces = ['ws_1', 'ws_2', 'ws_3']
    await team.call('org_admin', 'PATCH', `/members/${person.id}`, {
      body: { resources: { choice: 'existing', ids: workspaces } }
    })
    const access = () =>
      Promise.all(
        workspaces.map((resource) => team.authorize(person, 'resource.view', { resource }))
      )
    for (const one of await access()) t.match(one, { allowed: true })
    await remove('org_admin', person)
    for (const one of await access()) t.match(one, { allowed: false, code: 'not_a_member' })
    const [event] = await team.events('member.removed')
    t.match(event, { subject: { id: person.id }, data: { sessions: 'revoke' } })
  })
})
