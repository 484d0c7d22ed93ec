import t from 'tap'
import type { Answer } from '../../helpers/app.js'
import { createProducts, type Person } from '../products.js'

const ROLES = ['org_admin', 'billing_admin', 'user_admin', 'member']

await t.test('respond.io: managing users', async (t) => {
  const products = await createProducts(t)
  const { unique } = products
  const team = products.of('respondio')

  const inWorkspaces = (...ids: string[]) => ({ resources: { choice: 'existing', ids } })
  const patch = (by: string | Person, { id }: Pick<Person, 'id'>, body: object) =>
    team.call(by, 'PATCH', `/members/${id}`, { body })
  const remove = (by: string | Person, { id }: Pick<Person, 'id'>) =>
    team.call(by, 'DELETE', `/members/${id}?confirm=true`)
  const invite = (by: string | Person, role: string) =>
    team.call(by, 'POST', '/invitations', {
      body: { emails: `${unique('new')}@respondio.test`, role, send_email: false }
    })
  const find = async (by: string, text: string) =>
    (await team.call(by, 'GET', `/members?q=${encodeURIComponent(text)}`)).body.data
  const idsOf = ({ body }: Pick<Answer, 'body'>): string[] =>
    body.resources.map((one: { external_id: string }) => one.external_id).sort()
  const sees = async (who: string | Person, workspace: string) =>
    (await team.authorize(who, 'resource.view', { resource: workspace })).allowed

  await t.test(
    'RIO-04: one sees users, finds them, adds, edits and removes them, assigns workspaces',
    async (t) => {
      const added = await invite('org_admin', 'member')
      t.equal(added.status, 201)
      const { member_id: id, email } = added.body.data[0].invitation
      const { body: list } = await team.call('org_admin', 'GET', '/members')
      t.ok(list.data.some((one: { id: string }) => one.id === id))
      t.match(await find('org_admin', email), [{ id }])
      t.equal((await patch('org_admin', { id }, { role: 'user_admin' })).body.role, 'user_admin')
      const assigned = await patch('org_admin', { id }, inWorkspaces('ws_4'))
      t.same(idsOf(assigned), ['ws_4'])
      t.equal((await remove('org_admin', { id })).body.status, 'removed')
      t.same(await find('org_admin', email), [])
    }
  )

  await t.test(
    'RIO-16: organization administrators add, change and remove users of every role',
    async (t) => {
      for (const role of ROLES) {
        t.equal((await invite('org_admin', role)).body.data[0].invitation.role, role)
        const person = await team.add(role)
        const to = role === 'member' ? 'billing_admin' : 'member'
        t.equal((await patch('org_admin', person, { role: to })).body.role, to)
        t.equal((await patch('org_admin', person, { role })).body.role, role)
        t.equal((await remove('org_admin', person)).body.status, 'removed', role)
      }
    }
  )

  await t.test('RIO-28: a billing administrator sees all users', async (t) => {
    const idsFor = async (by: string) =>
      (await team.call(by, 'GET', '/members')).body.data.map(({ id }: { id: string }) => id)
    const seen = await idsFor('billing_admin')
    t.same(seen, await idsFor('org_admin'))
    for (const role of ROLES) t.ok(seen.includes(team.person(role).id), role)
  })

  await t.test('RIO-33: a billing administrator changes nothing of any user', async (t) => {
    const invited = (await invite('org_admin', 'member')).body.data[0].invitation
    const before = await team.call('org_admin', 'GET', '/members')
    const resend = `/invitations/${String(invited.id)}/resend`
    const refused = [
      await invite('billing_admin', 'member'),
      await team.call('billing_admin', 'POST', resend, { body: {} })
    ]
    for (const role of ROLES) {
      const person = team.person(role)
      refused.push(
        await patch('billing_admin', person, { role: 'user_admin' }),
        await patch('billing_admin', person, inWorkspaces('ws_33')),
        await patch('billing_admin', person, { name: 'Somebody' }),
        await remove('billing_admin', person)
      )
    }
    for (const { status, body } of refused) t.match([status, body.code], [403, 'not_permitted'])
    const after = await team.call('org_admin', 'GET', '/members')
    t.same(after.body.data, before.body.data)
  })

  await t.test('RIO-38: a user administrator manages all users, within limits', async (t) => {
    const added = await invite('user_admin', 'member')
    t.equal(added.status, 201)
    const { member_id: id } = added.body.data[0].invitation
    for (const role of ROLES) {
      t.match(await find('user_admin', team.person(role).email), [{ role }])
      t.equal((await patch('user_admin', team.person(role), inWorkspaces('ws_38'))).status, 200)
    }
    t.equal((await remove('user_admin', { id })).status, 200)
    for (const { status } of [
      await invite('user_admin', 'billing_admin'),
      await patch('user_admin', team.person('member'), { role: 'billing_admin' }),
      await remove('user_admin', team.person('billing_admin'))
    ]) {
      t.equal(status, 403)
    }
  })

  await t.test(
    'RIO-39 RIO-46: user administrators add users as Member only, against misuse',
    async (t) => {
      const { status, body } = await invite('user_admin', 'member')
      t.match([status, body.data[0].invitation.role], [201, 'member'])
      for (const role of ['org_admin', 'billing_admin', 'user_admin']) {
        const refused = await invite('user_admin', role)
        t.match([refused.status, refused.body.code], [403, 'role_not_assignable'], role)
      }
    }
  )

  await t.test(
    'RIO-41: user administrators change the workspaces of users of any role',
    async (t) => {
      for (const role of ROLES) {
        const person = await team.add(role)
        t.equal((await patch('org_admin', person, inWorkspaces('ws_40'))).status, 200)
        const { status, body } = await patch('user_admin', person, inWorkspaces('ws_41', 'ws_42'))
        t.match([status, body.role], [200, role])
        t.same(idsOf({ body }), ['ws_41', 'ws_42'])
        t.ok(await sees(person, 'ws_42'), role)
      }
      const none = await patch('user_admin', team.person('member'), { resources: null })
      t.same([none.status, none.body.resources, none.body.resources_count], [200, [], 0])
      t.notOk(await sees('member', 'ws_38'))
    }
  )

  await t.test('RIO-47: user administrators neither promote nor demote anybody', async (t) => {
    const changes = [
      ['member', 'billing_admin'],
      ['member', 'user_admin'],
      ['billing_admin', 'member'],
      ['org_admin', 'member']
    ] as const
    for (const [from, to] of changes) {
      const person = await team.add(from)
      const alone = await patch('user_admin', person, { role: to })
      t.match([alone.status, alone.body.code], [403, 'not_permitted'], `${from} to ${to}`)
      const beside = await patch('user_admin', person, { role: to, ...inWorkspaces('ws_47') })
      t.equal(beside.status, 403, 'nor along with what they may')
      t.match(await team.read(person), { role: from, resources_count: 0 })
    }
  })

  await t.test(
    'RIO-56: organization and user administrators add, edit and remove; nobody else',
    async (t) => {
      for (const by of ROLES) {
        const may = by === 'org_admin' || by === 'user_admin'
        const person = await team.add('member')
        const answers = [
          await invite(by, 'member'),
          await patch(by, person, inWorkspaces('ws_56')),
          await remove(by, person)
        ]
        t.same(
          answers.map(({ status }) => status),
          may ? [201, 200, 200] : [403, 403, 403],
          by
        )
        t.equal((await team.read(person)).status, may ? 'removed' : 'active')
      }
    }
  )

  await t.test('RIO-70: a user is found by name, changed, and saved', async (t) => {
    const person = await team.add('member')
    const { name } = await team.read(person)
    const [found, ...others] = await find('org_admin', name)
    t.same([found.id, others], [person.id, []])
    const role = 'billing_admin'
    const change = { role, ...inWorkspaces('ws_70') }
    t.equal((await patch('org_admin', found, change)).status, 200)
    const saved = await team.read(person)
    t.match(saved, { name, role })
    t.same(idsOf({ body: saved }), ['ws_70'])
  })

  await t.test(
    'RIO-71: of a user, workspaces and role are edited, the role by one kind; no address',
    async (t) => {
      const person = await team.add('member')
      t.equal((await patch('user_admin', person, inWorkspaces('ws_71'))).status, 200)
      t.equal((await patch('org_admin', person, { role: 'user_admin' })).body.role, 'user_admin')
      for (const by of ['billing_admin', 'user_admin', 'member']) {
        t.equal((await patch(by, person, { role: 'member' })).status, 403, by)
      }
      const address = await patch('org_admin', person, { email: 'other@respondio.test' })
      t.match([address.status, address.body.code], [422, 'field_not_editable'])
      const name = await patch('org_admin', person, { name: 'Another' })
      t.match([name.status, name.body.code], [422, 'field_not_editable'])
      t.match(await team.read(person), { email: person.email, role: 'user_admin' })
    }
  )
})
