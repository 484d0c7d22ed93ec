import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createProducts, type Team } from '../products.js'

await t.test('respond.io: the list of users', async (t) => {
  const products = await createProducts(t)
  const { clock, unique } = products
  t.beforeEach(() => {
    clock.now = START
  })

  async function invite(team: Team, fields: Record<string, unknown> = {}) {
    const email = `${unique('new')}@respondio.test`
    const { status, body } = await team.call('org_admin', 'POST', '/invitations', {
      body: { emails: email, role: 'member', ...fields }
    })
    if (status !== 201) throw new Error(JSON.stringify(body))
    return { email, invitation: body.data[0].invitation }
  }
  const list = async (team: Team, query = '', headers: Record<string, string> = {}) => {
    const { body } = await team.call('org_admin', 'GET', `/members${query}`, { headers })
    return body.data as Readonly<Record<string, unknown>>[]
  }
  const find = async (team: Team, email: string, headers: Record<string, string> = {}) =>
    (await list(team, '', headers)).find((member) => member['email'] === email)

  await t.test('RIO-50: it has everybody, also who has not accepted yet', async (t) => {
    const team = await products.team('respondio')
    const { email } = await invite(team)
    const emails = (await list(team)).map((member) => member['email'])
    const all = ['org_admin', 'billing_admin', 'user_admin', 'member'].map(
      (role) => team.person(role).email
    )
    t.same(emails.sort(), [...all, email].sort())
    t.equal((await find(team, email))?.['status'], 'invited')
    const plain = await team.call('member', 'GET', '/members')
    t.match([plain.status, plain.body.code], [403, 'not_permitted'])
  })

  await t.test('RIO-51: “En attente” stands where the last activity would', async (t) => {
    const team = await products.team('respondio')
    const { email } = await invite(team)
    const french = { 'accept-language': 'fr' }
    t.match(await find(team, email, french), {
      pending_label: 'En attente',
      pending_in: 'last_active_at',
      last_active_at: null
    })
    t.match(await find(team, email), { pending_label: 'Pending', pending_in: 'last_active_at' })
    const { email: joined } = team.person('member')
    t.match(await find(team, joined, french), { pending_label: null })
    const other = products.of('oupi')
    const { body } = await other.call('owner', 'GET', '/members')
    t.match(body.data[0], { pending_in: 'status', pending_label: null })
  })

  await t.test('RIO-52: each has its picture, name, role and address', async (t) => {
    const team = await products.team('respondio')
    const person = team.person('user_admin')
    const member = await find(team, person.email)
    t.match(member, {
      name: `Name of ${person.userId}`,
      role: 'user_admin',
      email: person.email,
      avatar_url: null
    })
    t.type(member?.['role_label'], 'string')
    const url = 'https://img.respondio.test/u.png'
    const changed = await products.call('PATCH', `/v1/users/${person.userId}`, {
      body: { avatar_url: url }
    })
    t.equal(changed.status, 200)
    t.match(await find(team, person.email), { avatar_url: url })
  })

  await t.test('RIO-53: and when it last signed in', async (t) => {
    const team = await products.team('respondio')
    const person = team.person('member')
    t.equal((await find(team, person.email))?.['last_sign_in_at'], null)
    clock.now = new Date(START.getTime() + DAY_MS)
    const told = await products.call('POST', `${team.path}/activity`, {
      body: { data: [{ member_id: person.id, type: 'sign_in' }] }
    })
    t.ok(told.status < 300)
    t.match(await find(team, person.email), { last_sign_in_at: clock.now.toISOString() })
  })

  await t.test(
    'RIO-54: from it one edits and removes, and sends an invitation again',
    async (t) => {
      const team = await products.team('respondio')
      const person = team.person('member')
      const path = `/members/${person.id}`
      const edited = await team.call('org_admin', 'PATCH', `${path}?confirm=true`, {
        body: { role: 'billing_admin' }
      })
      t.match([edited.status, edited.body.role], [200, 'billing_admin'])
      const { email } = await invite(team)
      const pending = await find(team, email)
      const again = await team.call(
        'org_admin',
        'POST',
        `/invitations/${String(pending?.['invitation_id'])}/resend`,
        { body: {} }
      )
      t.equal(again.status, 200, JSON.stringify(again.body))
      const removed = await team.call('org_admin', 'DELETE', `${path}?confirm=true`)
      t.match([removed.status, removed.body.status], [200, 'removed'])
      t.notOk(await find(team, person.email))
    }
  )

  await t.test(
    'RIO-55: people are found by what they are called and by their address',
    async (t) => {
      const team = await products.team('respondio')
      await invite(team)
      const person = team.person('user_admin')
      const emails = async (q: string) =>
        (await list(team, `?q=${encodeURIComponent(q)}`)).map((member) => member['email'])
      t.same(await emails(person.userId), [person.email])
      t.same(await emails(`NAME OF ${person.userId.toUpperCase()}`), [person.email])
      t.same(await emails(person.email.slice(3, -3)), [person.email])
      t.equal((await emails('na')).length, 3, 'whoever has a name that begins so')
      t.same(await emails('nobody at all'), [])
    }
  )
})
