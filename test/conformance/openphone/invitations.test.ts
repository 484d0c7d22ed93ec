import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createProducts, type Person } from '../products.js'

const TEN_YEARS_MS = 3_652 * DAY_MS
const NEW_NUMBER = { choice: 'new' }

await t.test('OpenPhone: inviting and joining', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept } = products
  const team = products.of('openphone')
  t.beforeEach(() => {
    clock.now = START
  })

  const address = () => `${unique('new')}@openphone.test`
  const invite = (fields: Record<string, unknown> = {}, by = 'admin') =>
    team.call(by, 'POST', '/invitations', {
      body: {
        emails: address(),
        role: 'member',
        resources: NEW_NUMBER,
        send_email: false,
        ...fields
      }
    })
  /** Somebody invited, the link's token, and how the person is known to the product. */
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
    return { invitation, token: String(link).split('/').at(-1) ?? '', user, person }
  }
  const memberOf = async ({ member_id: id }: { member_id: string }) =>
    (await team.call('admin', 'GET', `/members/${id}`)).body

  await t.test('OP-19: only owners and admins invite or change roles', async (t) => {
    for (const by of ['owner', 'admin', 'member']) {
      const person = await team.add('member')
      const change = () =>
        team.call(by, 'PATCH', `/members/${person.id}?confirm=true`, { body: { role: 'admin' } })
      const answers = [await invite({}, by), await change()]
      if (by === 'member') {
        for (const { status, body } of answers) {
          t.match([status, body.code], [403, 'not_permitted'])
        }
      } else {
        t.same(
          answers.map(({ status }) => status),
          [201, 200],
          by
        )
      }
    }
  })

  await t.test('OP-39: several addresses, separated by commas and nothing else', async (t) => {
    const emails = [address(), address(), address()]
    const { status, body } = await invite({ emails: `${emails[0]},${emails[1]} , ${emails[2]},` })
    t.equal(status, 201)
    t.same(
      body.data.map((one: { invitation: { email: string } }) => one.invitation.email),
      emails
    )
    for (const separator of [';', '\n', ' ']) {
      const refused = await invite({ emails: `${address()}${separator}${address()}` })
      t.match([refused.status, refused.body.code], [400, 'invalid_email'])
    }
  })

  await t.test('OP-40: a number goes with it: a new one, or existing ones', async (t) => {
    const without = await invite({ resources: undefined })
    t.match([without.status, without.body.code], [422, 'field_required'])
    t.equal(without.body.field, 'resources')
    const fresh = (await invite({ resources: NEW_NUMBER })).body.data[0].invitation
    t.match((await memberOf(fresh)).resources, [
      { external_id: null, kind: 'number', status: 'requested', mode: 'shared' }
    ])
    const existing = { choice: 'existing', ids: ['num_1', 'num_2'] }
    const shared = (await invite({ resources: existing })).body.data[0].invitation
    const numbers = (await memberOf(shared)).resources
    t.same(numbers.map((one: { external_id: string }) => one.external_id).sort(), existing.ids)
    t.match(numbers, [
      { status: 'active', mode: 'shared' },
      { status: 'active', mode: 'shared' }
    ])
    t.equal(numbers.length, 2)
    for (const neither of [{ choice: 'new', ids: ['num_1'] }, { choice: 'existing' }]) {
      const refused = await invite({ resources: neither })
      t.match([refused.status, refused.body.code], [422, 'resources_not_offered'])
    }
  })

  await t.test('OP-43: whoever invites selects Owner, Admin or Member', async (t) => {
    for (const role of ['owner', 'admin', 'member']) {
      const { body } = await invite({ role }, 'owner')
      t.equal(body.data[0].invitation.role, role)
    }
    const none = await invite({ role: undefined }, 'owner')
    t.match([none.status, none.body.code, none.body.field], [422, 'field_required', 'role'])
    const other = await invite({ role: 'agent' }, 'owner')
    t.match([other.status, other.body.code], [422, 'unknown_role'])
  })

  await t.test('OP-44: an admin who invites an owner is refused', async (t) => {
    const { status, body } = await invite({ role: 'owner' })
    t.match([status, body.code], [403, 'role_not_assignable'])
    t.equal((await invite({ role: 'admin' })).status, 201)
  })

  await t.test(
    'OP-45: one submission is one invitation each, of one role and one assignment',
    async (t) => {
      const emails = [address(), address(), address()]
      const resources = { choice: 'existing', ids: ['num_7'] }
      const { body } = await invite({ emails: emails.join(','), role: 'admin', resources })
      t.equal(new Set(body.data.map((one: { link: string }) => one.link)).size, emails.length)
      for (const [index, { invitation }] of body.data.entries()) {
        t.match(invitation, { email: emails[index], role: 'admin', status: 'pending' })
        t.match(await memberOf(invitation), {
          email: emails[index],
          role: 'admin',
          resources: [{ external_id: 'num_7', mode: 'shared' }],
          resources_count: 1
        })
      }
    }
  )

  await t.test('OP-47: an invitation never expires', async (t) => {
    const { invitation, token, user } = await open()
    t.equal(invitation.expires_at, null)
    clock.now = new Date(START.getTime() + TEN_YEARS_MS)
    t.equal((await memberOf(invitation)).status, 'invited')
    const joined = await accept(token, user)
    t.match([joined.status, joined.body.status], [200, 'active'])
  })

  await t.test('OP-63: whoever accepts has the assigned numbers at once', async (t) => {
    const resources = { choice: 'existing', ids: ['num_63', 'num_64'] }
    const { token, user, person } = await open({ resources })
    const sees = async (resource: string) =>
      (await team.authorize(person, 'resource.view', { resource })).allowed
    t.same([await sees('num_63'), await sees('num_64')], [false, false])
    t.equal((await accept(token, user)).status, 200)
    t.same([await sees('num_63'), await sees('num_64')], [true, true])
    t.notOk(await sees('num_65'), 'and no others')
    t.match(await team.authorize(person, 'app:comms'), { allowed: true })
  })

  await t.test('OP-101: joining takes the address that was invited', async (t) => {
    const { token, user, person } = await open()
    const other = await accept(token, { ...user, email: address() })
    t.match([other.status, other.body.code], [422, 'email_mismatch'])
    t.match(await team.authorize(person, 'app:comms'), { code: 'not_a_member' })
    t.equal((await accept(token, user)).body.status, 'active')
  })
})
