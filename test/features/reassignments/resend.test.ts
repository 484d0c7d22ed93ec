import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { createAccount, OVER, restoring, typesOf } from '../../helpers/reassignments.js'

const LATER = new Date(START.getTime() + 10 * DAY_MS)
const daysAfter = (instant: Date) => new Date(instant.getTime() + 30 * DAY_MS)

await t.test('an offer to take an account over, sent again', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const { call, clock, invite, member, mailTo } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const tokenIn = (text = '') => /mlk_[\w-]+/.exec(text)?.[0] ?? ''

  await t.test(
    'by mail: from then on for as long as at first, account and offer alike',
    async (t) => {
      const account = await createAccount(app, await restoring(app))
      const { candidate, reassign, resend, read, story } = account
      const heir = candidate()
      const { invitation } = await reassign(heir.email)
      clock.now = LATER
      const { answer } = await resend(invitation.id, 'email')
      t.equal(answer.status, 200)
      t.match(answer.body.invitation, {
        id: invitation.id,
        status: 'pending',
        delivery: 'queued',
        expires_at: daysAfter(LATER).toISOString()
      })
      const [mail] = await mailTo(heir.email)
      t.match((await story()).slice(1), [
        {
          type: 'invitation.resent',
          changes: { expires_at: [OVER.toISOString(), daysAfter(LATER).toISOString()] }
        }
      ])
      clock.now = OVER
      t.equal((await read()).status, 'reassignment_pending', 'the first instant no longer counts')
      clock.now = daysAfter(LATER)
      t.equal((await read()).status, 'active', 'the new one does')
      clock.now = new Date(daysAfter(LATER).getTime() - 1)
      t.equal((await heir.accept(tokenIn(mail?.text))).status, 200)
    }
  )

  await t.test('as a link: that of an open one changes nothing', async (t) => {
    const { candidate, reassign, resend, read } = await createAccount(app)
    const heir = candidate()
    const { invitation, token } = await reassign(heir.email)
    const before = await read()
    clock.now = LATER
    t.equal((await resend(invitation.id)).token, token)
    t.same(await read(), before)
  })

  await t.test('one that ran out opens again, while its account waits', async (t) => {
    const { candidate, reassign, resend, read } = await createAccount(app)
    const heir = candidate()
    const { invitation, token } = await reassign(heir.email)
    clock.now = OVER
    const again = await resend(invitation.id)
    t.equal(again.answer.status, 200)
    t.match(again.answer.body.invitation, {
      status: 'pending',
      ended_at: null,
      expires_at: daysAfter(OVER).toISOString()
    })
    t.match(await heir.accept(token), { status: 410, body: { code: 'invitation_superseded' } })
    t.equal((await read()).status, 'reassignment_pending')
    t.equal((await heir.accept(again.token)).body.status, 'active')
  })

  await t.test('needs no seat, so that a full team can', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', { seats: { mode: 'hard_cap' } })
    const { org, candidate, reassign, resend } = await createAccount(app, policy)
    await call('PUT', `${org.path}/billing`, { body: { seats: 1 } })
    const { invitation } = await reassign(candidate().email)
    clock.now = OVER
    t.equal((await resend(invitation.id)).answer.status, 200)
  })

  await t.test('is refused once the account is its holder’s again', async (t) => {
    const account = await createAccount(app, await restoring(app))
    const { candidate, reassign, resend, read } = account
    const { invitation } = await reassign(candidate().email)
    clock.now = OVER
    t.match((await resend(invitation.id)).answer, {
      status: 409,
      body: { code: 'invitation_not_resendable' }
    })
    t.equal((await read()).status, 'active')
  })

  await t.test('is refused once somebody else is asked, or nobody any more', async (t) => {
    const { candidate, reassign, resend, cancel } = await createAccount(app)
    const code = async (id: string) => (await resend(id)).answer.body.code
    const first = await reassign(candidate().email)
    clock.now = OVER
    const second = await reassign(candidate().email)
    t.equal(await code(first.invitation.id), 'invitation_replaced')
    await cancel()
    t.equal(await code(second.invitation.id), 'invitation_not_resendable')
    const heir = candidate()
    const third = await reassign(heir.email)
    await heir.decline(third.token)
    t.equal(await code(third.invitation.id), 'invitation_not_resendable')
  })

  await t.test('is refused when the candidate has been invited or asked elsewhere', async (t) => {
    const { org, candidate, reassign, resend } = await createAccount(app)
    const heir = candidate()
    const { invitation } = await reassign(heir.email)
    clock.now = OVER
    const seat = await invite(org.path, heir.email)
    t.match((await resend(invitation.id)).answer, {
      status: 409,
      body: { code: 'already_invited', member_id: seat.invitation.member_id }
    })
    await heir.accept(seat.token)
    t.equal((await resend(invitation.id)).answer.body.code, 'already_member')
  })

  await t.test('gives up a seat that the candidate was offered in vain since', async (t) => {
    const { org, candidate, reassign, resend } = await createAccount(app)
    const heir = candidate()
    const { invitation } = await reassign(heir.email)
    clock.now = OVER
    const seat = await invite(org.path, heir.email)
    clock.now = daysAfter(OVER)
    const again = await resend(invitation.id)
    t.equal(again.answer.status, 200)
    const { body } = await call('GET', `${org.path}/members/${seat.invitation.member_id}`)
    t.match(body, { status: 'removed', ended_by: 'canceled' })
    t.equal((await heir.accept(again.token)).status, 200)
  })

  await t.test('is for whoever may reassign the account, in the ways of the policy', async (t) => {
    const { org, path, candidate, reassign, resend } = await createAccount(app)
    await call('PATCH', path, { body: { role: 'admin' } })
    const { invitation } = await reassign(candidate().email)
    const admin = await member(org.path)
    const by = async (actor: string) => (await resend(invitation.id, 'link', { actor })).answer
    t.equal((await by(admin.as)).body.code, 'not_permitted')
    await call('PATCH', `${org.path}/members/${admin.id}`, { body: { role: 'admin' } })
    t.equal((await by(admin.as)).status, 200, 'who may not invite administrators')

    const policy = await policyLike(app, 'surveymonkey', {
      invitations: { resend_ways: ['email'], resend_from: ['expired'] }
    })
    const strict = await createAccount(app, policy)
    const offer = await strict.reassign(strict.candidate().email)
    const way = await strict.resend(offer.invitation.id)
    t.equal(way.answer.body.code, 'resend_way_not_offered')
    const early = await strict.resend(offer.invitation.id, 'email')
    t.equal(early.answer.body.code, 'invitation_not_resendable')
    t.same(typesOf(await strict.story()), ['reassignment.started'])
  })
})
