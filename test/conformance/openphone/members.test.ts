import t from 'tap'
import { START } from '../../helpers/app.js'
import { placeResources } from '../../helpers/grants.js'
import { createProducts, type Person } from '../products.js'

await t.test('OpenPhone: members', async (t) => {
  const products = await createProducts(t)
  const place = placeResources(products)
  const { unique } = products
  const team = products.of('openphone')

  const change = (by: string, { id }: Person, role: string, query = '?confirm=true') =>
    team.call(by, 'PATCH', `/members/${id}${query}`, { body: { role } })
  const assign = (by: string, { id }: Person, ...ids: string[]) =>
    team.call(by, 'PATCH', `/members/${id}`, { body: { resources: { choice: 'existing', ids } } })
  const remove = (by: string, { id }: Person, query = '?confirm=true') =>
    team.call(by, 'DELETE', `/members/${id}${query}`)
  const historyOf = async ({ id }: Person) =>
    (await team.call('admin', 'GET', `/events?subject_id=${id}`)).body.data

  await t.test('OP-09: an admin manages members and numbers', async (t) => {
    const invited = await team.call('admin', 'POST', '/invitations', {
      body: {
        emails: `${unique('new')}@openphone.test`,
        role: 'admin',
        resources: { choice: 'new' }
      }
    })
    t.equal(invited.status, 201)
    const person = await team.add('member')
    t.equal((await change('admin', person, 'admin')).body.role, 'admin')
    t.equal((await change('admin', person, 'member')).body.role, 'member')
    const { resources } = (await assign('admin', person, 'num_9')).body
    t.match(resources, [{ external_id: 'num_9', kind: 'number' }])
    t.equal(resources.length, 1)
    t.equal((await remove('admin', person)).body.status, 'removed')
    for (const permission of ['resource.manage', 'resource.settings', 'app:numbers.add']) {
      t.match(await team.authorize('admin', permission), { allowed: true }, permission)
    }
  })

  await t.test(
    'OP-65: the list shows name, address, role, numbers, and when each was last active',
    async (t) => {
      const person = await team.add('member')
      await assign('admin', person, 'num_65', 'num_66')
      const find = async () => {
        const { body } = await team.call('admin', 'GET', '/members')
        return body.data.find(({ id }: { id: string }) => id === person.id)
      }
      t.equal((await find()).last_active_at, null)
      await team.call(person, 'POST', `/members/${person.id}/activity`, { body: {} })
      t.match(await find(), {
        name: `Name of ${person.userId}`,
        email: person.email,
        role: 'member',
        resources: [{ external_id: 'num_65' }, { external_id: 'num_66' }],
        resources_count: 2,
        last_active_at: START.toISOString()
      })
    }
  )

  await t.test('OP-66: a role is changed once that is confirmed', async (t) => {
    const person = await team.add('member')
    const asked = await change('admin', person, 'admin', '')
    t.match([asked.status, asked.body.code], [428, 'confirmation_required'])
    t.equal((await team.read(person)).role, 'member')
    const confirmed = await change('admin', person, 'admin')
    t.match([confirmed.status, confirmed.body.role], [200, 'admin'])
  })

  await t.test('OP-67: the very next call has the new role', async (t) => {
    const person = await team.add('member')
    t.equal((await team.call(person, 'GET', '/members')).status, 403)
    await change('owner', person, 'admin')
    t.match(await team.authorize(person, 'member.invite'), { allowed: true, role: 'admin' })
    t.equal((await team.call(person, 'GET', '/members')).status, 200)
    await change('owner', person, 'member')
    t.match(await team.authorize(person, 'member.invite'), { allowed: false, role: 'member' })
    t.equal((await team.call(person, 'GET', '/members')).status, 403)
  })

  await t.test('OP-68: the host is told to refresh sessions, not to end them', async (t) => {
    const person = await team.add('member')
    await change('owner', person, 'admin')
    const [event] = await team.events('member.role_changed')
    t.match(event, { subject: { id: person.id }, data: { sessions: 'refresh_hint' } })
  })

  await t.test('OP-69 OP-71: removal must be confirmed, and ends everything', async (t) => {
    const person = await team.add('member')
    await assign('admin', person, 'num_69')
    const asked = await remove('admin', person, '')
    t.match([asked.status, asked.body.code], [428, 'confirmation_required'])
    t.equal((await team.read(person)).status, 'active')
    const removed = await remove('admin', person)
    t.match([removed.status, removed.body.status], [200, 'removed'])
    for (const right of [
      await team.authorize(person, 'app:comms'),
      await team.authorize(person, 'resource.view', { resource: 'num_69' })
    ]) {
      t.match(right, { allowed: false, code: 'not_a_member' })
    }
    const { body } = await team.call('admin', 'GET', '/members')
    t.notOk(body.data.some(({ id }: { id: string }) => id === person.id))
  })

  await t.test('OP-72: removal is for web and desktop; a mobile app is refused', async (t) => {
    const from = (channel: string, { id }: Person) =>
      team.call('owner', 'DELETE', `/members/${id}?confirm=true`, {
        headers: { 'muster-channel': channel }
      })
    for (const channel of ['web', 'desktop']) {
      const person = await team.add('member')
      const mobile = await from('mobile', person)
      t.match([mobile.status, mobile.body.code], [403, 'channel_not_allowed'])
      const path = `${team.path}/members/${person.id}?confirm=true`
      const unsaid = await products.call('DELETE', path, { actor: team.person('owner').as })
      t.match([unsaid.status, unsaid.body.code], [403, 'channel_not_allowed'])
      t.equal((await team.read(person)).status, 'active')
      t.equal((await from(channel, person)).body.status, 'removed', channel)
    }
    const target = { target: team.person('member').id }
    const ask = (more: object) => team.authorize('owner', 'member.remove', { ...target, ...more })
    t.match(await ask({ channel: 'mobile' }), { allowed: false, code: 'channel_not_allowed' })
    t.same((await ask({})).channels, ['web', 'desktop'])
  })

  await t.test('OP-94: who has which role can be listed', async (t) => {
    const own = await products.team('openphone')
    const second = await own.add('admin')
    const expected = { owner: [own.creator], admin: [own.person('admin'), second] }
    for (const [role, people] of Object.entries(expected)) {
      const { body } = await own.call('admin', 'GET', `/members?role=${role}`)
      t.same(
        body.data.map(({ id }: { id: string }) => id),
        people.map(({ id }) => id)
      )
    }
    const { body } = await own.call('admin', 'GET', '/roles')
    t.same(
      body.data.map(({ key, holders }: { key: string; holders: number }) => [key, holders]),
      [
        ['owner', 1],
        ['admin', 2],
        ['member', 1]
      ]
    )
  })

  await t.test(
    'OP-99: every change of rights is recorded: by whom, of whom, before, after, when',
    async (t) => {
      const person = await team.add('member')
      await change('admin', person, 'admin')
      await assign('owner', person, 'num_99')
      await remove('owner', person)
      const record = (by: string, type: string, changes: object) => ({
        type,
        actor: { type: 'member', id: team.person(by).id },
        subject: { type: 'member', id: person.id },
        occurred_at: START.toISOString(),
        changes
      })
      const [removed, promoted] = await historyOf(person)
      t.match(removed, record('owner', 'member.removed', { status: ['active', 'removed'] }))
      const ofNumber = async (type: string) =>
        (await team.events(type)).filter(({ data }) => data.member_id === person.id)
      for (const [type, mode] of [
        ['resource.granted', [null, 'shared']],
        ['resource.revoked', ['shared', null]]
      ] as const) {
        const [event, ...more] = await ofNumber(type)
        t.match(event, {
          ...record('owner', type, { mode }),
          subject: { type: 'resource' },
          data: { external_id: 'num_99', member_id: person.id }
        })
        t.same(more, [])
      }
      t.match(promoted, record('admin', 'member.role_changed', { role: ['member', 'admin'] }))
    }
  )

  await t.test(
    'OP-105: what a member may, by its role and by each number, can be read',
    async (t) => {
      const person = await team.add('member')
      await assign('admin', person, 'num_105')
      const [own, other] = [await place(team.id), await place(team.id)]
      await own.own(person.id)
      const settings = (resource: string) =>
        team.authorize(person, 'resource.settings', { resource })
      t.match(await team.read(person), {
        role: 'member',
        resources: [{ external_id: 'num_105', mode: 'shared' }]
      })
      t.match(await team.authorize(person, 'app:comms', { resource: 'num_105' }), {
        allowed: true,
        role: 'member',
        via: { role: 'member', permission: 'app:comms' },
        grant: { mode: 'shared', through: 'member' }
      })
      t.match(await settings(own.externalId), {
        allowed: true,
        via: { role: 'member', permission: 'resource.settings:own' },
        grant: { mode: null, through: 'owner' }
      })
      t.match(await settings('num_105'), { allowed: false, code: 'not_permitted' })
      t.match(await team.authorize(person, 'app:comms', { resource: other.id }), {
        allowed: false,
        code: 'resource_not_granted'
      })
      const { body } = await team.call('admin', 'GET', '/roles')
      const [role] = body.data.filter(({ key }: { key: string }) => key === 'member')
      t.same(role.permissions, [
        'resource.view:assigned',
        'resource.assign:own',
        'resource.settings:own',
        'app:comms',
        'app:contacts',
        'app:contacts.import'
      ])
    }
  )

  await t.test('OP-106: each member has a history of its changes, and no other’s', async (t) => {
    const [person, other] = [await team.add('member'), await team.add('member')]
    await change('admin', person, 'admin')
    await change('owner', other, 'admin')
    await assign('admin', person, 'num_1')
    await change('owner', person, 'owner')
    const history = await historyOf(person)
    t.same(
      history.map(({ type }: { type: string }) => type),
      ['member.role_changed', 'member.role_changed', 'member.joined']
    )
    const numbersOf = async ({ id }: Person) =>
      (await team.call('admin', 'GET', `/events?type=resource.*&q=${id}`)).body.data
    t.match(await numbersOf(person), [
      {
        type: 'resource.granted',
        actor: { type: 'member', id: team.person('admin').id },
        data: { external_id: 'num_1', member_id: person.id },
        changes: { mode: [null, 'shared'] }
      }
    ])
    t.equal((await numbersOf(person)).length, 1)
    t.same(await numbersOf(other), [])
    t.same(history[0].changes, { role: ['admin', 'owner'] })
    t.ok(history.every(({ subject }: { subject: { id: string } }) => subject.id === person.id))
    const refused = await team.call('member', 'GET', `/events?subject_id=${person.id}`)
    t.match([refused.status, refused.body.code], [403, 'not_permitted'])
  })
})
