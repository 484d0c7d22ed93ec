import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { createProducts, type Person, whoMay } from '../products.js'

const ROLES = ['primary_admin', 'admin', 'user']

await t.test('SurveyMonkey teams: roles, reassigning, deleting', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept } = products
  const team = products.of('surveymonkey')
  t.beforeEach(() => {
    clock.now = START
  })

  const remove = (by: string | Person, { id }: Person, query = '?confirm=true') =>
    team.call(by, 'DELETE', `/members/${id}${query}`)
  const transfer = (from: typeof team, by: Person, to: Person) =>
    from.call(by, 'POST', '/transfer-ownership', { body: { member_id: to.id } })
  async function reassign(by: string, account: Person) {
    const email = `${unique('heir')}@sm.test`
    const answer = await team.call(by, 'POST', `/members/${account.id}/reassign`, {
      body: { email, send_email: false }
    })
    const id = unique('u')
    const heir = { id: account.id, userId: id, email, as: `user:${id}` }
    const token = String(answer.body.link).split('/').at(-1) ?? ''
    return { answer, heir, token, user: { id, email } }
  }

  await t.test('SM-12: the team is renamed by the primary administrator alone', async (t) => {
    const rename = (by: string) =>
      products.call('PATCH', team.path, { actor: team.person(by).as, body: { name: 'Surveyors' } })
    t.equal((await rename('admin')).body.code, 'not_permitted')
    t.equal((await rename('primary_admin')).body.name, 'Surveyors')
  })

  await t.test(
    'SM-13 SM-14: whoever created the team is its one primary administrator',
    async (t) => {
      t.equal((await team.read(team.creator)).role, 'primary_admin')
      t.same(await whoMay(team, ROLES, 'billing.edit'), ['primary_admin'])
      const second = await products.call(
        'PATCH',
        `${team.path}/members/${team.person('user').id}`,
        {
          body: { role: 'primary_admin' }
        }
      )
      t.match([second.status, second.body.code], [409, 'single_holder'])
    }
  )

  await t.test('SM-93: primary administrator, administrator, user', async (t) => {
    const { body } = await team.call('admin', 'GET', '/roles')
    t.same(
      body.data.map(({ key }: { key: string }) => key),
      ROLES
    )
  })

  await t.test(
    'SM-66 SM-91: both administrators reassign a user’s or administrator’s account',
    async (t) => {
      for (const by of ['primary_admin', 'admin']) {
        for (const role of ['user', 'admin']) {
          const account = await team.add(role)
          const { answer } = await reassign(by, account)
          t.equal(answer.status, 200, `${by} ${role}`)
          t.equal((await team.read(account)).status_label, 'REASSIGNMENT PENDING')
        }
      }
      const { answer } = await reassign('user', await team.add('user'))
      t.equal(answer.body.code, 'not_permitted')
    }
  )

  await t.test('SM-67: the primary administrator’s account is not reassigned', async (t) => {
    const { answer } = await reassign('admin', team.creator)
    t.match([answer.status, answer.body.code], [403, 'protected_role'])
  })

  await t.test('SM-68: reassigning takes no seat and costs nothing', async (t) => {
    const account = await team.add('user')
    const seats = async () => (await team.call('admin', 'GET', '/summary')).body.seats
    const before = await seats()
    const { token, user } = await reassign('admin', account)
    t.same(await seats(), before)
    await accept(token, user)
    t.same(await seats(), before)
  })

  await t.test(
    'SM-70 SM-72: pending until accepted, and nobody has access meanwhile',
    async (t) => {
      const account = await team.add('user')
      const { heir } = await reassign('admin', account)
      t.match(await team.authorize(account, 'app:surveys'), { allowed: false })
      t.match(await team.authorize(heir, 'app:surveys'), { allowed: false })
      clock.now = new Date(START.getTime() + 20 * DAY_MS)
      t.equal((await team.read(account)).status, 'reassignment_pending')
    }
  )

  await t.test('SM-73 SM-74: reassigned again, the candidate before has a dead link', async (t) => {
    const account = await team.add('user')
    const first = await reassign('admin', account)
    const second = await reassign('primary_admin', account)
    t.equal(second.answer.status, 200)
    const dead = await accept(first.token, first.user)
    t.equal(dead.status, 410)
    t.equal((await accept(second.token, second.user)).status, 200)
  })

  await t.test(
    'SM-75: accepted, the account is the new holder’s and not the old one’s',
    async (t) => {
      const account = await team.add('user')
      const { token, user, heir } = await reassign('admin', account)
      const { body } = await accept(token, user)
      t.match(body, { id: account.id, user_id: user.id, email: user.email, status: 'active' })
      t.match(await team.authorize(heir, 'app:surveys'), { allowed: true })
      t.match(await team.authorize(account, 'app:surveys'), {
        allowed: false,
        code: 'not_a_member'
      })
    }
  )

  await t.test('SM-76: what is shared with the account stays shared', async (t) => {
    const account = await team.add('user')
    const { token, user } = await reassign('admin', account)
    await accept(token, user)
    const [event] = await team.events('reassignment.completed')
    t.match(event, { subject: { id: account.id }, data: { shared_access: 'kept' } })
  })

  await t.test(
    'SM-77: after 30 days the link is dead, the account waits on, and can be given again',
    async (t) => {
      const account = await team.add('user')
      const { token, user } = await reassign('admin', account)
      clock.now = new Date(START.getTime() + 30 * DAY_MS)
      t.equal((await accept(token, user)).body.code, 'invitation_expired')
      t.equal((await team.read(account)).status, 'reassignment_pending')
      t.match(await team.authorize(account, 'app:surveys'), { allowed: false })
      t.equal((await reassign('admin', account)).answer.status, 200)
    }
  )

  await t.test('SM-79: deleting is for good', async (t) => {
    const account = await team.add('user')
    t.equal((await remove('admin', account, '')).body.code, 'confirmation_required')
    t.equal((await remove('admin', account)).body.status, 'removed')
    for (const verb of ['reactivate', 'reassign']) {
      const body = verb === 'reassign' ? { email: 'x@sm.test' } : {}
      const { status } = await team.call('admin', 'POST', `/members/${account.id}/${verb}`, {
        body
      })
      t.ok(status >= 400, verb)
    }
    t.equal((await team.read(account)).status, 'removed')
  })

  await t.test('SM-80 SM-82: data, and what is shared of it, is to be deleted', async (t) => {
    const account = await team.add('user')
    await remove('admin', account)
    const [event] = await team.events('member.removed')
    t.match(event.data, { user_id: account.userId, data: 'delete', owned_shared: 'delete' })
    const kept = await remove('admin', await team.add('user'), '?confirm=true&data=keep')
    t.equal(kept.status, 422, 'there is no choice')
  })

  await t.test('SM-81: the user’s name no longer belongs to the account', async (t) => {
    const account = await team.add('user')
    await remove('admin', account)
    t.match(await team.read(account), { status: 'removed', user_id: null, name: null })
    const [event] = await team.events('member.removed')
    t.equal(event.data.username, 'dissociated')
  })

  await t.test(
    'SM-85 SM-86: nobody deletes the primary administrator, nor themselves',
    async (t) => {
      const primary = await remove('admin', team.creator)
      t.match([primary.status, primary.body.code], [403, 'protected_role'])
      const self = await remove('admin', team.person('admin'))
      t.match([self.status, self.body.code], [403, 'self_removal'])
      t.equal((await remove('admin', await team.add('admin'))).status, 200, 'another one may')
    }
  )

  await t.test('SM-87: another becomes primary administrator by a transfer', async (t) => {
    const own = await products.team('surveymonkey')
    t.equal((await transfer(own, own.person('admin'), own.person('user'))).status, 403)
    t.equal((await transfer(own, own.creator, own.person('user'))).status, 200)
    t.equal((await own.read('user')).role, 'primary_admin')
    t.equal((await own.read(own.creator)).role, 'admin')
  })
})

await t.test('SM-71: reassigning sends an invitation to the new person', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const team = await app.organization({ policy: 'surveymonkey' })
  const { body } = await app.call('POST', `${team.path}/members?confirm=true`, {
    body: { members: [{ user_id: 'u_old', email: 'old@sm.test', role: 'user' }] }
  })
  const [{ member }] = body.data
  const email = `${app.unique('heir')}@sm.test`
  await app.call('POST', `${team.path}/members/${String(member.id)}/reassign`, {
    actor: team.as,
    body: { email }
  })
  const [mail] = await app.mailTo(email)
  t.match(mail?.text, /\/invitations\/mlk_/)
})
