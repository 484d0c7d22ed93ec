import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { createProducts } from '../products.js'

await t.test('SurveyMonkey teams: inviting, statuses, sending again, canceling', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept } = products
  const team = products.of('surveymonkey')
  t.beforeEach(() => {
    clock.now = START
  })

  const invite = (by: string, body: Record<string, unknown>) =>
    team.call(by, 'POST', '/invitations', { body: { send_email: false, ...body } })
  async function open() {
    const email = `${unique('new')}@sm.test`
    const { body } = await invite('admin', { emails: email })
    const [{ invitation, link }] = body.data
    const token = String(link).split('/').at(-1) ?? ''
    return { invitation, link, token, email, user: { id: unique('u'), email } }
  }
  const resend = (id: string, via = 'email') =>
    team.call('admin', 'POST', `/invitations/${id}/resend`, { body: { via } })
  const cancel = (id: string, query = '?confirm=true') =>
    team.call('admin', 'DELETE', `/invitations/${id}${query}`)
  const labelOf = async (id: string, language = 'en') => {
    const headers = { 'accept-language': language }
    const { body } = await team.call('admin', 'GET', `/members/${id}`, { headers })
    return body.status_label as string
  }

  await t.test(
    'SM-02 SM-04: both administrators invite and see the team, users do neither',
    async (t) => {
      for (const by of ['primary_admin', 'admin']) {
        t.equal((await invite(by, { emails: `${unique('n')}@sm.test` })).status, 201, by)
        t.equal((await team.call(by, 'GET', '/members')).status, 200, by)
      }
      t.equal((await invite('user', { emails: 'x@sm.test' })).body.code, 'not_permitted')
      t.equal((await team.call('user', 'GET', '/members')).body.code, 'not_permitted')
      t.equal((await team.call('user', 'GET', '/summary')).body.code, 'not_permitted')
    }
  )

  await t.test(
    'SM-21 SM-27: people are invited by address; the signup page is theirs to manage',
    async (t) => {
      const { body } = await invite('admin', { emails: `${unique('n')}@sm.test`, message: 'Hello' })
      t.match(body.data[0], { status: 'created', invitation: { message: 'Hello' } })
      t.match(await team.authorize('admin', 'signup_page.manage'), { allowed: true })
      t.match(await team.authorize('user', 'signup_page.manage'), { allowed: false })
    }
  )

  await t.test('SM-28: several addresses, by commas or one on each line', async (t) => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => `${unique(name)}@sm.test`)
    const { body } = await invite('admin', { emails: `${a}, ${b}\n${c}` })
    t.same(
      body.data.map(({ email, status }: { email: string; status: string }) => [email, status]),
      [a, b, c].map((email) => [email, 'created'])
    )
  })

  await t.test('SM-30: the form names no role: the person joins as a user', async (t) => {
    const named = await invite('admin', { emails: `${unique('n')}@sm.test`, role: 'admin' })
    t.match([named.status, named.body.code], [403, 'role_not_assignable'])
    const user = await invite('admin', { emails: `${unique('n')}@sm.test`, role: 'user' })
    t.match([user.status, user.body.code], [422, 'field_not_allowed'], 'refused, not ignored')
    const { invitation } = await open()
    t.equal(invitation.role, 'user')
  })

  await t.test(
    'SM-43 SM-88: pending ones stand in the list of members, one of four statuses',
    async (t) => {
      const { invitation } = await open()
      const { body } = await team.call('admin', 'GET', '/members')
      t.ok(body.data.some(({ id }: { id: string }) => id === invitation.member_id))
      const labels = ['ACTIVE', 'INVITED', 'REASSIGNMENT PENDING', 'EXPIRED INVITATION']
      for (const one of body.data) t.ok(labels.includes(one.status_label), one.status_label)
      const suspended = await team.call(
        'admin',
        'POST',
        `/members/${team.person('user').id}/suspend`
      )
      t.ok(suspended.status >= 400, 'there is no fifth')
    }
  )

  await t.test('SM-89 SM-90: INVITED until accepted, then ACTIVE', async (t) => {
    const { invitation, token, user } = await open()
    t.equal(await labelOf(invitation.member_id), 'INVITED')
    t.equal(await labelOf(invitation.member_id, 'fr'), 'INVITÉ')
    await accept(token, user)
    t.equal(await labelOf(invitation.member_id), 'ACTIVE')
  })

  await t.test('SM-92: after 30 days EXPIRED INVITATION, which can be sent again', async (t) => {
    const { invitation, token, user } = await open()
    clock.now = new Date(START.getTime() + 30 * DAY_MS - 1)
    t.equal(await labelOf(invitation.member_id), 'INVITED')
    clock.now = new Date(START.getTime() + 30 * DAY_MS)
    t.equal(await labelOf(invitation.member_id), 'EXPIRED INVITATION')
    t.equal((await accept(token, user)).body.code, 'invitation_expired')
    t.equal((await resend(invitation.id)).status, 200)
  })

  await t.test('SM-44: INVITED and EXPIRED are sent again, and no other', async (t) => {
    const joined = await open()
    await accept(joined.token, joined.user)
    t.equal((await resend(joined.invitation.id)).body.code, 'invitation_not_resendable')
    const canceled = await open()
    await cancel(canceled.invitation.id)
    t.equal((await resend(canceled.invitation.id)).body.code, 'invitation_not_resendable')
    t.equal((await resend((await open()).invitation.id)).status, 200)
  })

  await t.test('SM-48 SM-49: a copied link, without a mail, for this person alone', async (t) => {
    const { invitation, user } = await open()
    const { status, body } = await resend(invitation.id, 'link')
    t.equal(status, 200)
    t.equal(body.invitation.delivery, null)
    const token = body.link.split('/').at(-1)
    const other = await accept(token, { id: unique('u'), email: 'somebody@else.test' })
    t.match([other.status, other.body.code], [422, 'email_mismatch'])
    t.equal((await accept(token, user)).status, 200)
  })

  await t.test(
    'SM-50: sent again after expiring, it is INVITED, on a seat, for 30 new days',
    async (t) => {
      const { invitation } = await open()
      clock.now = new Date(START.getTime() + 40 * DAY_MS)
      const { body } = await resend(invitation.id)
      t.equal(await labelOf(invitation.member_id), 'INVITED')
      t.equal(body.invitation.expires_at, new Date(clock.now.getTime() + 30 * DAY_MS).toISOString())
      const { body: summary } = await team.call('admin', 'GET', '/summary')
      t.ok(summary.members.invited >= 1)
    }
  )

  await t.test('SM-52: only INVITED can be canceled', async (t) => {
    const pending = await open()
    t.equal((await cancel(pending.invitation.id, '')).body.code, 'confirmation_required')
    t.equal((await cancel(pending.invitation.id)).status, 200)
    const expired = await open()
    clock.now = new Date(START.getTime() + 31 * DAY_MS)
    t.equal((await cancel(expired.invitation.id)).body.code, 'invitation_not_cancelable')
    const joined = await open()
    await accept(joined.token, joined.user)
    t.equal((await cancel(joined.invitation.id)).body.code, 'invitation_not_cancelable')
  })

  await t.test('SM-53: canceling disables the link', async (t) => {
    const { invitation, token, user } = await open()
    await cancel(invitation.id)
    const dead = await accept(token, user)
    t.match([dead.status, dead.body.code], [410, 'invitation_canceled'])
  })
})

await t.test('SurveyMonkey teams: mails', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const team = await app.organization({ policy: 'surveymonkey' })
  const email = `${app.unique('ana')}@sm.test`
  const { body } = await app.call('POST', `${team.path}/invitations`, {
    actor: team.as,
    body: { emails: email, message: 'We would love to have you.\nSee you soon!' }
  })
  const [{ invitation }] = body.data

  await t.test('SM-29: the mail carries the inviter’s own words', async (t) => {
    const [mail] = await app.mailTo(email)
    t.match(mail?.text, /We would love to have you\.\n(?:> )?See you soon!/)
    t.match(mail?.html, /We would love to have you\./)
  })

  await t.test('SM-47: sent again by another mail', async (t) => {
    const path = `${team.path}/invitations/${String(invitation.id)}/resend`
    await app.call('POST', path, { actor: team.as, body: { via: 'email' } })
    t.equal((await app.mailTo(email, 2)).length, 2)
  })
})
