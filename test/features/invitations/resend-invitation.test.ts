import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

const HOUR_MS = 3_600_000

await t.test('POST {o}/invitations/{invitation_id}/resend', async (t) => {
  const { call, organization, invite, accept, member, mailTo, clock, unique } = await createTestApp(
    t,
    {
      worker: { backoffMs: 10 }
    }
  )
  t.beforeEach(() => {
    clock.now = START
  })
  const tokenIn = (text: string) => /mlk_[\w-]+/.exec(text)?.[0] ?? ''

  async function open(fields: Record<string, unknown> = {}) {
    const org = await organization(fields)
    const id = unique('u')
    const person = { id, email: `${id}@resend.test` }
    const offer = await invite(org.path, person.email)
    const path = `${org.path}/invitations/${String(offer.invitation.id)}`
    const resend = (via?: string, options = {}) =>
      call('POST', `${path}/resend`, { body: via === undefined ? {} : { via }, ...options })
    return { org, person, path, resend, ...offer }
  }

  await t.test('mails a new link, from then on; the old one is superseded', async (t) => {
    const { org, person, resend, token } = await open()
    clock.now = new Date(START.getTime() + DAY_MS)
    const { status, body } = await resend()
    t.equal(status, 200)
    t.match(body.invitation, {
      status: 'pending',
      delivery: 'queued',
      expires_at: '2030-01-09T00:00:00.000Z'
    })
    t.notOk('link' in body)
    const [mail] = await mailTo(person.email)
    t.match(await accept(token, person), { status: 410, body: { code: 'invitation_superseded' } })
    t.match(await accept(tokenIn(mail?.text ?? ''), person), { status: 200 })
    const { body: events } = await call('GET', `${org.path}/events?type=invitation.resent`)
    t.match(events.data, [
      { changes: { expires_at: ['2030-01-08T00:00:00.000Z', '2030-01-09T00:00:00.000Z'] } }
    ])
  })

  await t.test('gives the link of an open one again, and changes nothing', async (t) => {
    const { path, resend, token } = await open()
    const before = await call('GET', path)
    const { status, body } = await resend('link')
    t.equal(status, 200)
    t.equal(tokenIn(body.link), token)
    t.same((await call('GET', path)).body, before.body)
  })

  await t.test('opens an expired one again on the same member; old links stay dead', async (t) => {
    const { org, person, resend, token, invitation } = await open()
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    const { status, body } = await resend('link')
    t.equal(status, 200)
    t.match(body.invitation, {
      id: invitation.id,
      member_id: invitation.member_id,
      status: 'pending',
      expires_at: '2030-01-16T00:00:00.000Z'
    })
    t.match(await accept(token, person), { body: { code: 'invitation_superseded' } })
    t.equal((await accept(tokenIn(body.link), person)).status, 200)
    const { body: events } = await call('GET', `${org.path}/events?type=invitation.link_copied`)
    t.match(events.data, [{ changes: { status: ['expired', 'pending'] } }])
  })

  await t.test('needs a seat again for an expired one', async (t) => {
    const { org, resend } = await open({ billing: { seats: 2 } })
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    await invite(org.path, 'took@the-seat.test')
    t.match(await resend(), { status: 409, body: { code: 'seats_exhausted' } })
  })

  await t.test('needs none for one that is still open, even when the team is full', async (t) => {
    const { resend } = await open({ billing: { seats: 2 } })
    t.equal((await resend()).status, 200)
  })

  await t.test('refuses what is over, and what a newer invitation has replaced', async (t) => {
    const accepted = await open()
    await accept(accepted.token, accepted.person)
    t.match(await accepted.resend(), {
      status: 409,
      body: { code: 'invitation_not_resendable', status: 409 }
    })

    const canceled = await open()
    await call('DELETE', canceled.path)
    t.match(await canceled.resend(), { status: 409, body: { code: 'invitation_not_resendable' } })

    const replaced = await open()
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    const { invitation } = await invite(replaced.org.path, replaced.person.email)
    t.match(await replaced.resend(), {
      status: 409,
      body: { code: 'invitation_replaced', invitation_id: invitation.id }
    })
  })

  await t.test('sends one address five mails an hour again, and no more', async (t) => {
    const { resend } = await open()
    for (let sent = 0; sent < 5; sent += 1) t.equal((await resend()).status, 200)
    clock.now = new Date(START.getTime() + HOUR_MS / 2)
    const refused = await resend()
    t.match(refused, { status: 429, body: { code: 'resent_too_often', retry_after: 1_800 } })
    t.equal(refused.headers.get('retry-after'), '1800')
    t.equal((await resend('link')).status, 200, 'the link itself is not a mail')
    clock.now = new Date(START.getTime() + HOUR_MS)
    t.equal((await resend()).status, 200)
  })

  await t.test('is for roles that may, and for this organization’s invitations', async (t) => {
    const { org, resend, invitation } = await open()
    const plain = await member(org.path)
    t.match(await resend('email', { actor: plain.as }), {
      status: 403,
      body: { code: 'not_permitted' }
    })
    const other = await organization()
    const foreign = `${other.path}/invitations/${String(invitation.id)}/resend`
    t.match(await call('POST', foreign, { body: {} }), { status: 404, body: { code: 'not_found' } })
  })
})
