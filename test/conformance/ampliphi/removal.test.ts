import t from 'tap'
import { createProducts } from '../products.js'

await t.test('AmpliPhi: removing, and passing ownership on', async (t) => {
  const products = await createProducts(t)
  const team = products.of('ampliphi')
  const remove = (by: string | Parameters<typeof team.read>[0], id: string) =>
    team.call(by, 'DELETE', `/members/${id}`)
  const transfer = (from: typeof team, by: Parameters<typeof team.read>[0], id: string) =>
    from.call(by, 'POST', '/transfer-ownership', { body: { member_id: id } })

  await t.test(
    'AMP-36 AMP-39: administrators remove standard users, and nobody else',
    async (t) => {
      const standard = await team.add('standard')
      const peer = await team.add('admin')
      t.equal((await remove('admin', standard.id)).status, 200)
      const refused = await remove('admin', peer.id)
      t.match([refused.status, refused.body.code], [403, 'rank_not_lower'])
      const owner = await remove('admin', team.creator.id)
      t.match([owner.status, owner.body.code], [403, 'protected_role'])
      const lesser = await remove('standard', peer.id)
      t.match([lesser.status, lesser.body.code], [403, 'not_permitted'])
      t.equal((await team.read(peer)).status, 'active')
    }
  )

  await t.test('AMP-38: nobody removes themselves, nor an equal or a higher one', async (t) => {
    const self = await remove('admin', team.person('admin').id)
    t.match([self.status, self.body.code], [403, 'self_removal'])
    const owner = await remove('owner', team.creator.id)
    t.match([owner.status, owner.body.code], [403, 'self_removal'])
    const left = await team.call('admin', 'POST', '/leave', { body: {} })
    t.match([left.status, left.body.code], [403, 'self_removal'])
    t.equal((await team.read('admin')).status, 'active')
  })

  await t.test('AMP-40: the owner removes administrators and standard users', async (t) => {
    for (const role of ['admin', 'standard']) {
      const person = await team.add(role)
      t.equal((await remove('owner', person.id)).body.status, 'removed', role)
    }
    const host = await products.call('DELETE', `${team.path}/members/${team.creator.id}`)
    t.match([host.status, host.body.code], [409, 'last_holder'], 'nobody removes the owner')
  })

  await t.test(
    'AMP-41: the owner goes only after passing ownership on, removed by the next',
    async (t) => {
      const own = await products.team('ampliphi')
      const [former, next] = [own.creator, own.person('admin')]
      t.equal((await own.call(former, 'DELETE', `/members/${former.id}`)).body.code, 'self_removal')
      t.equal((await transfer(own, former, next.id)).status, 200)
      t.equal((await own.call(next, 'DELETE', `/members/${former.id}`)).status, 200)
      t.match(await own.authorize(former, 'app:campaigns'), {
        allowed: false,
        code: 'not_a_member'
      })
    }
  )

  await t.test('AMP-08 AMP-42: only the owner passes ownership on', async (t) => {
    const own = await products.team('ampliphi')
    const refused = await transfer(own, own.person('admin'), own.person('standard').id)
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    t.equal((await transfer(own, own.creator, own.person('standard').id)).status, 200)
    t.equal((await own.read('standard')).role, 'owner')
  })

  await t.test(
    'AMP-43 AMP-44: the former owner is administrator at once; there is always one',
    async (t) => {
      const own = await products.team('ampliphi')
      await transfer(own, own.creator, own.person('admin').id)
      t.equal((await own.read(own.creator)).role, 'admin')
      const { body } = await products.call('GET', `${own.path}/members?role=owner`)
      t.same(
        body.data.map(({ id }: { id: string }) => id),
        [own.person('admin').id]
      )
      const [event] = await own.events('ownership.transferred')
      t.match(event.data, {
        from_member_id: own.creator.id,
        to_member_id: own.person('admin').id,
        former_becomes: 'admin'
      })
    }
  )

  await t.test(
    'AMP-45: ownership goes to an active member, not to an invited person',
    async (t) => {
      const { invitation } = await products.invite(team.path, 'soon@ampliphi.test')
      const { status, body } = await transfer(team, team.creator, invitation.member_id)
      t.match([status, body.status], [409, 409])
      t.equal((await team.read(team.creator)).role, 'owner')
    }
  )

  await t.test('AMP-46: an administrator who gives the owner role is refused', async (t) => {
    const { id } = await team.add('standard')
    const { status, body } = await team.call('admin', 'PATCH', `/members/${id}`, {
      body: { role: 'owner' }
    })
    t.match([status, body.code], [403, 'role_not_assignable'])
  })

  await t.test(
    'AMP-47: an administrator gives administrator and standard to lower ones only',
    async (t) => {
      const standard = await team.add('standard')
      const change = (id: string, role: string) =>
        team.call('admin', 'PATCH', `/members/${id}`, { body: { role } })
      t.equal((await change(standard.id, 'admin')).body.role, 'admin')
      t.equal(
        (await change(standard.id, 'standard')).body.code,
        'role_not_manageable',
        'now a peer'
      )
      t.equal((await change(team.person('admin').id, 'standard')).body.code, 'self_role_change')
    }
  )
})
