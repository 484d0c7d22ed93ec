import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createProducts, type Person } from '../products.js'

const TEN_YEARS_MS = 3_652 * DAY_MS

await t.test('respond.io: adding users', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept } = products
  const team = products.of('respondio')
  t.beforeEach(() => {
    clock.now = START
  })

  const invite = (fields: Record<string, unknown> = {}, by = 'org_admin') =>
    team.call(by, 'POST', '/invitations', {
      body: {
        emails: `${unique('new')}@respondio.test`,
        role: 'member',
        send_email: false,
        ...fields
      }
    })
  /** Somebody invited, and the link. */
  async function open(fields: Record<string, unknown> = {}) {
    const { body } = await invite(fields)
    const [{ invitation, link }] = body.data
    const user = { id: unique('u'), email: String(invitation.email) }
    const person: Person = {
      id: invitation.member_id,
      userId: user.id,
      email: user.email,
      as: `user:${user.id}`
    }
    return { invitation, person, join: () => accept(String(link).split('/').at(-1) ?? '', user) }
  }
  const patch = (person: Person, body: object, by = 'org_admin') =>
    team.call(by, 'PATCH', `/members/${person.id}`, { body })
  const remove = (person: Person, query = '?confirm=true', by = 'org_admin') =>
    team.call(by, 'DELETE', `/members/${person.id}${query}`)

  await t.test('RIO-58: one address is given, not several', async (t) => {
    t.equal((await invite()).body.data.length, 1)
    const [one, two] = [`${unique('one')}@respondio.test`, `${unique('two')}@respondio.test`]
    const list = await invite({ emails: [one, two] })
    t.match([list.status, list.body.code], [400, 'too_many_addresses'])
    for (const separator of [',', ';', '\n']) {
      const text = await invite({ emails: `${one}${separator}${two}` })
      t.match([text.status, text.body.code], [400, 'invalid_email'])
    }
    const none = await invite({ emails: undefined })
    t.match([none.status, none.body.code], [400, 'no_addresses'])
  })

  await t.test('RIO-59: the role must be chosen', async (t) => {
    const without = await invite({ role: undefined })
    t.match([without.status, without.body.code], [422, 'field_required'])
    t.equal(without.body.field, 'role')
    for (const role of ['org_admin', 'billing_admin', 'user_admin', 'member']) {
      t.equal((await invite({ role })).body.data[0].invitation.role, role)
    }
  })

  await t.test(
    'RIO-63: from the invitation on the user exists, pending, and workspaces are assigned to it',
    async (t) => {
      const { person } = await open()
      t.match(await team.read(person), {
        status: 'invited',
        email: person.email,
        role: 'member',
        resources: [],
        resources_count: 0
      })
      const { body: list } = await team.call('org_admin', 'GET', '/members?status=invited')
      t.ok(list.data.some(({ id }: Person) => id === person.id))
      const resources = { choice: 'existing', ids: ['ws_a', 'ws_b'] }
      t.match((await patch(person, { resources }, 'user_admin')).body, {
        status: 'invited',
        resources: [{ external_id: 'ws_a' }, { external_id: 'ws_b' }],
        resources_count: 2
      })
    }
  )

  await t.test('RIO-69: workspaces given while pending count from acceptance on', async (t) => {
    const given = await open({ resources: { choice: 'existing', ids: ['ws_0'] } })
    const { person } = given
    await patch(person, { resources: { choice: 'existing', ids: ['ws_1', 'ws_2'] } })
    const sees = async (workspace: string) =>
      (await team.authorize(person, 'resource.view', { resource: workspace })).allowed
    const { body } = await products.call('POST', `${team.path}/authorize`, {
      body: { member_id: person.id, permission: 'resource.view', resource: 'ws_1' }
    })
    t.match(body, { allowed: false, code: 'not_a_member' })
    t.notOk(await sees('ws_1'))
    t.equal((await given.join()).body.status, 'active')
    t.same([await sees('ws_1'), await sees('ws_2'), await sees('ws_0')], [true, true, false])
  })

  await t.test(
    'RIO-68: a pending user waits for ever, and is removed; the link is dead then',
    async (t) => {
      const patient = await open()
      t.equal(patient.invitation.expires_at, null)
      const { invitation, person, join } = await open()
      const path = `${team.path}/invitations/${String(invitation.id)}`
      const cancel = await products.call('DELETE', path)
      t.match([cancel.status, cancel.body.code], [409, 'cancel_by_removal'])
      const byMember = await team.call('org_admin', 'DELETE', `/invitations/${invitation.id}`)
      t.match([byMember.status, byMember.body.code], [403, 'not_permitted'])
      t.equal((await remove(person, '')).status, 428)
      const removed = await remove(person, '?confirm=true', 'user_admin')
      t.match([removed.status, removed.body.status], [200, 'removed'])
      const dead = await join()
      t.match([dead.status, dead.body.code], [410, 'invitation_canceled'])
      t.match(await team.authorize(person, 'resource.view:assigned'), { code: 'not_a_member' })

      clock.now = new Date(START.getTime() + TEN_YEARS_MS)
      t.equal((await patient.join()).body.status, 'active')
    }
  )

  await t.test(
    'RIO-76: a user’s address stays; a new user gets the new one, with the same role',
    async (t) => {
      const old = await team.add('billing_admin')
      const email = `${unique('renamed')}@respondio.test`
      for (const by of ['org_admin', 'user_admin']) {
        const refused = await patch(old, { email }, by)
        t.match([refused.status, refused.body.code], [422, 'field_not_editable'], by)
      }
      const host = await products.call('PATCH', `${team.path}/members/${old.id}`, {
        body: { email }
      })
      t.match([host.status, host.body.code], [422, 'field_not_editable'], 'not even by the host')
      t.match(await team.read(old), { email: old.email })
      const { role } = await team.read(old)
      const next = await open({ emails: email, role })
      t.match((await next.join()).body, { email, role: 'billing_admin', status: 'active' })
    }
  )

  await t.test('RIO-77: the user of the obsolete address can then be removed', async (t) => {
    const old = await team.add('user_admin')
    const { person, join } = await open({ role: 'user_admin' })
    await join()
    t.equal((await remove(old)).body.status, 'removed')
    t.match(await team.authorize(old, 'team.view'), { allowed: false, code: 'not_a_member' })
    t.match(await team.authorize(person, 'team.view'), { allowed: true })
  })
})
