import t from 'tap'
import { createProducts, type Person, type Team } from '../products.js'

const ROLES = ['owner', 'admin', 'member']

await t.test('OpenPhone: owners', async (t) => {
  const products = await createProducts(t)
  const { unique, accept } = products
  const team = products.of('openphone')

  const change = (by: string | Person, { id }: Person, role: string, from = team) =>
    from.call(by, 'PATCH', `/members/${id}?confirm=true`, { body: { role } })
  const remove = (by: string | Person, { id }: Person, from = team) =>
    from.call(by, 'DELETE', `/members/${id}?confirm=true`)
  const invite = (by: string | Person, role: string, from = team) =>
    from.call(by, 'POST', '/invitations', {
      body: {
        emails: `${unique('new')}@openphone.test`,
        role,
        resources: { choice: 'new' },
        send_email: false
      }
    })
  const ownersOf = async (of: Team) => {
    const { body } = await products.call('GET', `${of.path}/members?role=owner&status=active`)
    return body.data.map(({ id }: { id: string }) => id)
  }

  await t.test('OP-05: an owner gives any member any role', async (t) => {
    for (const from of ROLES) {
      for (const to of ROLES.filter((role) => role !== from)) {
        const person = await team.add(from)
        const { status, body } = await change('owner', person, to)
        t.match([status, body.role], [200, to], `${from} to ${to}`)
      }
    }
  })

  await t.test('OP-06 OP-07: owners add and remove other owners; several at once', async (t) => {
    const own = await products.team('openphone')
    const { creator } = own
    const promoted = await own.add('member')
    t.equal((await change(creator, promoted, 'owner', own)).body.role, 'owner')
    const { body } = await invite(creator, 'owner', own)
    const { email } = body.data[0].invitation
    const joined = await accept(body.data[0].link.split('/').at(-1), { id: unique('u'), email })
    t.match(joined.body, { status: 'active', role: 'owner' })
    t.same(await ownersOf(own), [creator.id, promoted.id, joined.body.id])

    t.equal((await remove(promoted, creator, own)).body.status, 'removed')
    t.same(await ownersOf(own), [promoted.id, joined.body.id])
  })

  await t.test('OP-07: ownership passed on is shared, and any number may have it', async (t) => {
    const own = await products.team('openphone')
    const passed = await own.call('owner', 'POST', '/transfer-ownership', {
      body: { member_id: own.person('admin').id }
    })
    t.match([passed.status, passed.body.role], [200, 'owner'])
    t.same(await ownersOf(own), [own.creator.id, own.person('admin').id])
    const { body } = await own.call('owner', 'GET', '/roles')
    t.match(body.data[0], { key: 'owner', min: 1, max: null, holders: 2 })
  })

  await t.test('OP-08: the last owner is neither removed nor demoted', async (t) => {
    const own = await products.team('openphone')
    const { creator } = own
    const other = await own.add('owner')
    t.equal((await change(other, creator, 'admin', own)).body.role, 'admin', 'of two, one may')
    await invite(other, 'owner', own)
    const path = `${own.path}/members/${other.id}?confirm=true`
    const removal = await products.call('DELETE', path)
    t.match([removal.status, removal.body.code], [409, 'last_holder'], 'an offer is no owner')
    const demotion = await products.call('PATCH', path, { body: { role: 'admin' } })
    t.match([demotion.status, demotion.body.code], [409, 'last_holder'])
    t.equal((await remove(other, other, own)).body.code, 'self_removal')
    t.equal((await change(other, other, 'member', own)).body.code, 'self_role_change')
    t.same(await ownersOf(own), [other.id])
  })

  await t.test(
    'OP-11 OP-33: an admin neither adds nor removes owners; an owner does',
    async (t) => {
      const owner = await team.add('owner')
      const member = await team.add('member')
      const transfer = { body: { member_id: member.id } }
      for (const [answer, code] of [
        [await invite('admin', 'owner'), 'role_not_assignable'],
        [await change('admin', member, 'owner'), 'role_not_assignable'],
        [await change('admin', owner, 'member'), 'role_not_manageable'],
        [await remove('admin', owner), 'role_not_manageable'],
        [await team.call('admin', 'POST', '/transfer-ownership', transfer), 'not_permitted'],
        [await change('member', owner, 'member'), 'not_permitted'],
        [await remove('member', owner), 'not_permitted']
      ] as const) {
        t.match([answer.status, answer.body.code], [403, code])
      }
      t.match(await team.read(owner), { role: 'owner', status: 'active' })
      t.equal((await team.read(member)).role, 'member')
      t.equal((await invite('owner', 'owner')).status, 201)
      t.equal((await remove('owner', owner)).body.status, 'removed')
    }
  )
})
