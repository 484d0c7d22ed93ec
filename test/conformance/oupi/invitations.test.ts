import t from 'tap'
import { DAY_MS, START } from '../../helpers/app.js'
import { createProducts, type Person } from '../products.js'

const FRENCH = { 'accept-language': 'fr' }

await t.test('OUPI: inviting, joining, sending again', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept, call } = products
  const team = products.of('oupi')
  t.beforeEach(() => {
    clock.now = START
  })

  const invite = (by: string | Person, fields: Record<string, unknown> = {}) =>
    team.call(by, 'POST', '/invitations', {
      body: { invitations: [{ email: `${unique('new')}@oupi.test`, ...fields }], send_email: false }
    })
  /** An open invitation by an administrator, its link, and who it is for. */
  async function open(fields: Record<string, unknown> = {}) {
    const { body } = await invite('admin', fields)
    const [{ invitation, link }] = body.data
    const id = unique('u')
    const user = { id, email: invitation.email }
    const person = { id: invitation.member_id, userId: id, email: user.email, as: `user:${id}` }
    return { invitation, token: String(link).split('/').at(-1) ?? '', user, person }
  }
  const resend = (id: string) =>
    team.call('admin', 'POST', `/invitations/${id}/resend`, { body: {} })
  const cancel = (id: string) => team.call('admin', 'DELETE', `/invitations/${id}`)

  await t.test('OUPI-23 OUPI-24: the address is mandatory, the name optional', async (t) => {
    const none = await team.call('admin', 'POST', '/invitations', { body: { invitations: [{}] } })
    t.match([none.status, none.body.code], [400, 'invalid_request'])
    t.equal((await invite('admin')).status, 201)
    const { body } = await invite('admin', { name: 'Zoé' })
    t.equal(
      (await team.read({ ...team.creator, id: body.data[0].invitation.member_id })).name,
      'Zoé'
    )
  })

  await t.test(
    'OUPI-25: the role may be named; without one it is the standard member’s',
    async (t) => {
      t.equal((await open({ role: 'readonly' })).invitation.role, 'readonly')
      t.equal((await open()).invitation.role, 'member')
    }
  )

  await t.test('OUPI-27: the form takes one address', async (t) => {
    const two = await team.call('admin', 'POST', '/invitations', {
      body: { emails: ['one@oupi.test', 'two@oupi.test'] }
    })
    t.match([two.status, two.body.code], [400, 'too_many_addresses'])
    const text = await team.call('admin', 'POST', '/invitations', {
      body: { emails: 'one@oupi.test, two@oupi.test' }
    })
    t.match([text.status, text.body.code], [400, 'invalid_email'], 'nor two in one text')
  })

  await t.test('OUPI-29: whoever invites is told so in the product’s words', async (t) => {
    const { body } = await team.call('admin', 'POST', '/invitations', {
      headers: FRENCH,
      body: { emails: `${unique('new')}@oupi.test` }
    })
    t.equal(body.data[0].message, 'Invitation envoyée avec succès')
  })

  await t.test(
    'OUPI-37 OUPI-40: with or without an account: the link, then the product, then in',
    async (t) => {
      const { token, user } = await open()
      const page = await call('GET', `/invitations/${token}`, { key: null })
      t.equal(page.status, 200, 'opening the link consumes nothing')
      const accountBefore = await products.team('ampliphi')
      await call('POST', `${accountBefore.path}/members`, {
        body: { members: [{ user_id: user.id, email: user.email }] }
      })
      const joined = await accept(token, user)
      t.match([joined.status, joined.body.status], [200, 'active'])
    }
  )

  await t.test(
    'OUPI-42 OUPI-43: the address must be verified; nobody has to approve',
    async (t) => {
      const { token, user, person } = await open()
      const unverified = await accept(token, { ...user, email_verified: false })
      t.match([unverified.status, unverified.body.code], [422, 'email_not_verified'])
      t.match(await team.authorize(person, 'app:models.use'), { allowed: false })
      t.equal((await accept(token, user)).body.status, 'active')
      t.match(await team.authorize(person, 'app:models.use'), { allowed: true })
    }
  )

  await t.test('OUPI-47 OUPI-142: from the seats to the member, in this order', async (t) => {
    const own = await products.team('oupi')
    const seats = async () => (await own.call('admin', 'GET', '/summary')).body.seats
    const before = await seats()
    t.ok(before.available > 0)
    const email = `${unique('new')}@oupi.test`
    const { body } = await own.call('admin', 'POST', '/invitations', {
      body: { emails: email, send_email: false }
    })
    const token = body.data[0].link.split('/').at(-1)
    const joined = await accept(token, { id: unique('u'), email })
    const { body: list } = await own.call('admin', 'GET', '/members')
    const seen = list.data.find((one: { email: string }) => one.email === email)
    t.match(seen, { id: joined.body.id, status: 'active', role: 'member' })
    t.equal((await seats()).used, Number(before.used) + 1)
    const set = await own.call('admin', 'PATCH', `/members/${seen.id}`, {
      body: { role: 'readonly' }
    })
    t.equal(set.body.role, 'readonly')
    const gone = await own.call('admin', 'DELETE', `/members/${seen.id}?confirm=true`)
    t.equal(gone.status, 200)
  })

  await t.test(
    'OUPI-86: the list shows pending invitations as such, in both languages',
    async (t) => {
      const { invitation } = await open()
      const label = async (language: string) => {
        const { body } = await team.call('admin', 'GET', '/members?status=invited', {
          headers: { 'accept-language': language }
        })
        return body.data.find((one: { id: string }) => one.id === invitation.member_id)
          ?.status_label
      }
      t.equal(await label('fr'), 'En attente')
      t.equal(await label('en'), 'Pending')
    }
  )

  await t.test(
    'OUPI-87 OUPI-89: what was lost is sent again, and the old link is dead',
    async (t) => {
      const { invitation, token, user } = await open()
      t.equal((await resend(invitation.id)).status, 200)
      const old = await accept(token, user)
      t.match([old.status, old.body.code], [410, 'invitation_superseded'])
    }
  )

  await t.test('OUPI-91 OUPI-92: a canceled invitation is over, and so is its link', async (t) => {
    const { invitation, token, user } = await open()
    const canceled = await cancel(invitation.id)
    t.match([canceled.status, canceled.body.status], [200, 'canceled'])
    const dead = await accept(token, user)
    t.match([dead.status, dead.body.code], [410, 'invitation_canceled'])
    t.equal((await cancel(invitation.id)).body.code, 'invitation_not_cancelable')
  })

  await t.test(
    'OUPI-113 OUPI-115: an invalid and an expired link say different things',
    async (t) => {
      const { token, user } = await open()
      const inFrench = { headers: FRENCH }
      const cut = await accept(token.slice(0, -3), user, inFrench)
      t.match([cut.status, cut.body.title], [404, 'Lien invalide'])
      t.notMatch(JSON.stringify(cut.body), user.email, 'and nothing else is told')
      clock.now = new Date(START.getTime() + 7 * DAY_MS)
      const late = await accept(token, user, inFrench)
      t.match([late.status, late.body.detail], [410, 'Invitation expirée'])
    }
  )

  await t.test(
    'OUPI-114 OUPI-132: after seven days it has expired, and can be sent again',
    async (t) => {
      const { invitation, token, user } = await open()
      clock.now = new Date(START.getTime() + 7 * DAY_MS)
      t.equal((await accept(token, user)).body.code, 'invitation_expired')
      const again = await resend(invitation.id)
      t.match([again.status, again.body.invitation.status], [200, 'pending'])
      const expires = new Date(clock.now.getTime() + 7 * DAY_MS).toISOString()
      t.equal(again.body.invitation.expires_at, expires)
    }
  )

  await t.test('OUPI-112: address, sending, and expiry of an invitation can be read', async (t) => {
    const { invitation, user } = await open()
    const { body } = await team.call('admin', 'GET', `/invitations/${invitation.id}`)
    t.match(body, { email: user.email, status: 'pending', delivery: null, sent_at: null })
    t.equal(body.expires_at, new Date(START.getTime() + 7 * DAY_MS).toISOString())
  })

  await t.test('OUPI-125: whoever was here for a while leaves a seat for the next', async (t) => {
    const own = await products.team('oupi', { billing: { entitlements: ['team'], seats: 5 } })
    const guest = await own.add('member')
    const ask = () =>
      own.call('admin', 'POST', '/invitations', { body: { emails: `${unique('n')}@oupi.test` } })
    t.equal((await ask()).body.code, 'seats_exhausted')
    await own.call('admin', 'DELETE', `/members/${guest.id}?confirm=true`)
    t.equal((await ask()).status, 201)
  })

  await t.test('OUPI-127: one person, several memberships, each of its own', async (t) => {
    const other = await products.team('oupi')
    const { token, user, person } = await open()
    await accept(token, user)
    await call('POST', `${other.path}/members`, {
      body: { members: [{ user_id: user.id, email: user.email, role: 'admin' }] }
    })
    t.match(await team.authorize(person, 'member.invite'), {
      allowed: false,
      code: 'not_permitted'
    })
    t.match(await other.authorize(person, 'member.invite'), { allowed: true })
  })

  await t.test(
    'OUPI-129: administrators invite; others when their permissions say so',
    async (t) => {
      t.equal((await invite('member')).body.code, 'not_permitted')
      await team.call('owner', 'POST', '/roles', {
        body: {
          key: 'recruiter',
          label: { en: 'Recruiter', fr: 'Recruteur' },
          permissions: ['member.invite']
        }
      })
      const recruiter = await team.add('recruiter')
      t.equal((await invite(recruiter)).status, 201)
      const refused = await invite(recruiter, { role: 'admin' })
      t.match([refused.status, refused.body.code], [403, 'role_not_assignable'])
    }
  )
})
