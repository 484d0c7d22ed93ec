import t from 'tap'
import { createProducts, type Person, whoMay } from '../products.js'

const ROLES = ['owner', 'admin', 'member', 'readonly']

await t.test('OUPI: permissions, suspension, removal', async (t) => {
  const products = await createProducts(t)
  const team = products.of('oupi')
  const may = (permission: string) => whoMay(team, ROLES, permission)
  const patch = (by: string | Person, { id }: Person, body: object) =>
    team.call(by, 'PATCH', `/members/${id}`, { body })
  const remove = (by: string | Person, { id }: Person, query = '?confirm=true') =>
    team.call(by, 'DELETE', `/members/${id}${query}`)
  const act = (verb: string, { id }: Person, by = 'admin') =>
    team.call(by, 'POST', `/members/${id}/${verb}`, { body: {} })

  await t.test(
    'OUPI-02: access is shared, credits are allocated, permissions managed',
    async (t) => {
      for (const permission of ['member.invite', 'credits.allocate', 'member.role']) {
        t.same(await may(permission), ['owner', 'admin'], permission)
      }
    }
  )

  await t.test('OUPI-50: permissions decide what a member can do', async (t) => {
    t.same(await may('app:models.use'), ['owner', 'admin', 'member'])
    t.same(await may('app:data.read'), ROLES)
  })

  await t.test('OUPI-51: an administrator manages all but the owner', async (t) => {
    for (const permission of [
      'member.invite',
      'member.remove',
      'member.suspend',
      'credits.usage'
    ]) {
      t.ok((await may(permission)).includes('admin'), permission)
    }
    t.same(await may('billing.edit'), ['owner'])
    for (const answer of [
      await patch('admin', team.creator, { role: 'member' }),
      await act('suspend', team.creator),
      await remove('admin', team.creator)
    ]) {
      t.match([answer.status, answer.body.code], [403, 'protected_role'])
    }
  })

  await t.test(
    'OUPI-52 OUPI-53: members use the product, readers only look, neither manages',
    async (t) => {
      t.match(await team.authorize('member', 'app:models.use'), { allowed: true })
      t.match(await team.authorize('readonly', 'app:models.use'), { allowed: false })
      for (const role of ['member', 'readonly']) {
        t.equal((await team.call(role, 'GET', '/members')).status, 403, role)
        t.equal((await act('suspend', team.person('admin'), role)).body.code, 'not_permitted', role)
      }
    }
  )

  await t.test('OUPI-54: own sets of permissions, where the subscription has them', async (t) => {
    const role = { label: { en: 'Analyst', fr: 'Analyste' }, permissions: ['credits.usage'] }
    const plain = await products.team('oupi', { billing: { entitlements: ['team'], seats: 50 } })
    const refused = await plain.call('owner', 'POST', '/roles', {
      body: { key: 'analyst', ...role }
    })
    t.match([refused.status, refused.body.code], [402, 'not_entitled'])
    t.equal(
      (await team.call('owner', 'POST', '/roles', { body: { key: 'analyst', ...role } })).status,
      201
    )
    const analyst = await team.add('analyst')
    t.match(await team.authorize(analyst, 'credits.usage'), { allowed: true })
    t.match(await team.authorize(analyst, 'credits.allocate'), { allowed: false })
  })

  await t.test('OUPI-55 OUPI-56: a changed role is confirmed, and in force at once', async (t) => {
    const person = await team.add('readonly')
    t.match(await team.authorize(person, 'app:models.use'), { allowed: false })
    const changed = await patch('admin', person, { role: 'member' })
    t.match([changed.status, changed.body.role_label], [200, 'Standard member'])
    t.match(await team.authorize(person, 'app:models.use'), { allowed: true })
  })

  await t.test('OUPI-57: the product is told to sign the member out', async (t) => {
    const person = await team.add('member')
    await patch('admin', person, { role: 'readonly' })
    const [event] = await team.events('member.role_changed')
    t.match(event, {
      subject: { id: person.id },
      data: { user_id: person.userId, sessions: 'revoke' },
      changes: { role: ['member', 'readonly'] }
    })
  })

  await t.test(
    'OUPI-73 OUPI-74: name and role can be edited, what is not sent stays, no address',
    async (t) => {
      const person = await team.add('member')
      t.match((await patch('admin', person, { name: 'Zoé' })).body, { name: 'Zoé', role: 'member' })
      t.match((await patch('admin', person, { role: 'readonly' })).body, {
        name: 'Zoé',
        role: 'readonly'
      })
      t.match(await patch('admin', person, { email: 'other@oupi.test' }), {
        status: 422,
        body: { code: 'field_not_editable' }
      })
      t.equal((await team.read(person)).email, person.email)
    }
  )

  await t.test(
    'OUPI-76 OUPI-77: whoever is suspended has no access here, and elsewhere as before',
    async (t) => {
      const person = await team.add('member')
      const other = await products.team('oupi')
      await products.call('POST', `${other.path}/members`, {
        body: { members: [{ user_id: person.userId, email: person.email, role: 'member' }] }
      })
      t.equal((await act('suspend', person)).body.status, 'suspended')
      t.match(await team.authorize(person, 'app:data.read'), {
        allowed: false,
        code: 'member_suspended'
      })
      t.equal((await team.call(person, 'GET', '/roles')).status, 403)
      t.match(await other.authorize(person, 'app:data.read'), { allowed: true })
    }
  )

  await t.test(
    'OUPI-78 OUPI-79: suspended for as long as one likes, and everything is as it was',
    async (t) => {
      const person = await team.add('readonly')
      const seats = async () => (await team.call('admin', 'GET', '/summary')).body.seats.used
      const [before, used] = [await team.read(person), await seats()]
      await act('suspend', person)
      t.equal(await seats(), used, 'the seat too')
      t.match((await act('reactivate', person)).body, { status: 'active' })
      const after = await team.read(person)
      t.same({ ...after, updated_at: before.updated_at }, before)
      t.match(await team.authorize(person, 'app:data.read'), { allowed: true })
    }
  )

  await t.test('OUPI-82: a removal has to be confirmed', async (t) => {
    const person = await team.add('member')
    const asked = await team.call('admin', 'DELETE', `/members/${person.id}`, {
      headers: { 'accept-language': 'fr' }
    })
    t.match([asked.status, asked.body.code], [428, 'confirmation_required'])
    t.equal(asked.body.detail, 'Êtes-vous sûr de vouloir retirer ce membre ?')
    t.equal((await team.read(person)).status, 'active')
    t.equal((await remove('admin', person)).status, 200)
  })

  await t.test(
    'OUPI-83 OUPI-84 OUPI-128: at once without access, seat free, data as decided',
    async (t) => {
      const person = await team.add('member')
      const { body: before } = await team.call('admin', 'GET', '/summary')
      await remove('admin', person, '?confirm=true&data=delete')
      t.match(await team.authorize(person, 'app:data.read'), {
        allowed: false,
        code: 'not_a_member'
      })
      const { body: after } = await team.call('admin', 'GET', '/summary')
      t.equal(after.seats.used, Number(before.seats.used) - 1)
      const [event] = await team.events('member.removed')
      t.match(event.data, { user_id: person.userId, data: 'delete', sessions: 'revoke' })
    }
  )

  await t.test('OUPI-85: whoever was removed comes back only by a new invitation', async (t) => {
    const person = await team.add('member')
    await remove('admin', person)
    t.ok((await act('reactivate', person)).status >= 400)
    const { token, invitation } = await products.invite(team.path, person.email)
    t.not(invitation.member_id, person.id, 'as somebody new')
    const back = await products.accept(token, { id: person.userId, email: person.email })
    t.equal(back.body.status, 'active')
  })

  await t.test(
    'OUPI-95 OUPI-133: owner, administrators, members, observers; several of each but one',
    async (t) => {
      const { body } = await team.call('owner', 'GET', '/roles')
      const own = body.data.filter(({ custom }: { custom: boolean }) => !custom)
      t.same(
        own.map(({ key }: { key: string }) => key),
        ROLES
      )
      await team.add('admin')
      const { body: admins } = await products.call('GET', `${team.path}/members?role=admin`)
      t.ok(admins.data.length >= 2)
    }
  )

  await t.test(
    'OUPI-119 OUPI-120: permissions are changed by administrators, never the owner’s',
    async (t) => {
      const person = await team.add('readonly')
      const member = await patch('member', person, { role: 'member' })
      t.match([member.status, member.body.code], [403, 'not_permitted'])
      const owner = await patch('admin', team.creator, { role: 'admin' })
      t.match([owner.status, owner.body.code], [403, 'protected_role'])
    }
  )

  await t.test(
    'OUPI-134: what becomes of a leaver’s conversations is told to the product',
    async (t) => {
      const person = await team.add('member')
      const heir = team.person('admin')
      await remove('owner', person, `?confirm=true&owned_shared=keep&handover_to=${heir.id}`)
      const [event] = await team.events('member.removed')
      t.match(event.data, {
        data: 'keep',
        owned_shared: 'keep',
        handover: { mode: 'to_member', member_id: heir.id }
      })
      const unknown = await remove('owner', await team.add('member'), '?confirm=true&data=archive')
      t.ok([400, 422].includes(unknown.status), 'another choice is refused')
    }
  )
})
