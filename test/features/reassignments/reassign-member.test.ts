import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { createAccount, OVER, typesOf } from '../../helpers/reassignments.js'

await t.test('POST {o}/members/{member_id}/reassign', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const { call, clock, invite, member, unique, mailTo } = app
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('offers the same member to another, and says who is locked out', async (t) => {
    const { holder, candidate, reassign, read, story } = await createAccount(app)
    const before = await read()
    clock.now = new Date(START.getTime() + 1_000)
    const heir = candidate()
    const { answer, invitation } = await reassign(heir.email)
    t.equal(answer.status, 200)
    t.match(answer.body.invitation, {
      kind: 'reassignment',
      member_id: holder.id,
      email: heir.email,
      role: 'user',
      status: 'pending',
      delivery: null,
      expires_at: new Date(OVER.getTime() + 1_000).toISOString()
    })
    const expected = {
      ...before,
      status: 'reassignment_pending',
      status_label: 'REASSIGNMENT PENDING',
      invitation_id: invitation.id,
      updated_at: clock.now.toISOString()
    }
    t.same(answer.body.member, expected, 'the holder stays on it')
    t.same(await read(), expected)
    t.match(await story(), [
      {
        type: 'reassignment.started',
        subject: { type: 'member', id: holder.id },
        data: {
          invitation_id: invitation.id,
          email: heir.email,
          from: { user_id: holder.userId, email: holder.email },
          sessions: 'revoke'
        },
        changes: { status: ['active', 'reassignment_pending'] }
      }
    ])
  })

  await t.test('mails the candidate, and then the answer has no link', async (t) => {
    const { candidate, reassign } = await createAccount(app)
    const heir = candidate()
    const { answer, invitation } = await reassign(heir.email, {
      send_email: true,
      locale: 'fr',
      message: 'À toi de jouer'
    })
    t.notOk('link' in answer.body)
    t.match(invitation, { delivery: 'queued', locale: 'fr', message: 'À toi de jouer' })
    const [mail] = await mailTo(heir.email)
    const token = /mlk_[\w-]+/.exec(mail?.text ?? '')?.[0] ?? ''
    t.equal((await heir.accept(token)).status, 200)
  })

  await t.test('nobody has access meanwhile, neither holder nor candidate', async (t) => {
    const { holder, candidate, reassign, access } = await createAccount(app)
    const heir = candidate()
    t.equal(await access(holder.as), 200)
    await reassign(heir.email)
    t.equal(await access(holder.as), 'actor_suspended')
    t.equal(await access(heir.as), 'actor_not_member')
  })

  await t.test('takes no seat, so that a full team can', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', { seats: { mode: 'hard_cap' } })
    const { org, candidate, reassign } = await createAccount(app, policy)
    await call('PUT', `${org.path}/billing`, { body: { seats: 2 } })
    const heir = candidate()
    const seats = async () => (await call('GET', `${org.path}/summary`)).body.seats
    const before = await seats()
    const { token } = await reassign(heir.email)
    t.same(await seats(), before)
    t.equal((await heir.accept(token)).status, 200)
    t.same(await seats(), before)
  })

  await t.test(
    'again: the candidate before has a dead link, and access stays nobody’s',
    async (t) => {
      const { holder, candidate, reassign, story, access, invitation } = await createAccount(app)
      const [one, two] = [candidate(), candidate()]
      const first = await reassign(one.email)
      const second = await reassign(two.email)
      t.equal(second.answer.body.member.status, 'reassignment_pending')
      t.match(await one.accept(first.token), { status: 410, body: { code: 'invitation_canceled' } })
      t.equal((await invitation(first.invitation.id)).status, 'canceled')
      t.equal(await access(holder.as), 'actor_suspended')
      const events = await story()
      t.same(typesOf(events), [
        'reassignment.started',
        'invitation.canceled',
        'reassignment.redirected'
      ])
      t.match(events[2], {
        data: { invitation_id: second.invitation.id, email: two.email },
        changes: { invitation_id: [first.invitation.id, second.invitation.id] }
      })
      t.equal((await two.accept(second.token)).status, 200)
    }
  )

  await t.test('refuses whoever is in the team, is invited, or is asked already', async (t) => {
    const { org, holder, candidate, reassign, read } = await createAccount(app)
    const other = await member(org.path)
    const invited = await invite(org.path, `${unique('in')}@sm.test`)
    const heir = candidate()
    const code = async (email: string) => {
      const { answer } = await reassign(email)
      return [answer.status, answer.body.code, answer.body.member_id]
    }
    t.same(await code(other.email.toUpperCase()), [409, 'already_member', other.id])
    t.same(await code(holder.email), [409, 'already_member', holder.id], 'the present holder')
    const { email, member_id: memberId } = invited.invitation
    t.same(await code(email), [409, 'already_invited', memberId])
    t.equal((await read()).status, 'active')

    await call('POST', `${org.path}/members/${other.id}/reassign`, {
      body: { email: heir.email, send_email: false }
    })
    t.same(await code(heir.email), [409, 'already_invited', other.id], 'of another account')
    const third = candidate()
    await reassign(third.email)
    t.same(await code(third.email), [409, 'already_invited', holder.id], 'of this one')
  })

  await t.test('whoever is asked is not invited otherwise, as long as it is open', async (t) => {
    const { org, holder, candidate, reassign } = await createAccount(app)
    const heir = candidate()
    const { invitation } = await reassign(heir.email)
    const { answer } = await invite(org.path, heir.email.toUpperCase())
    t.match(
      [answer.status, answer.body],
      [409, { code: 'already_invited', invitation_id: invitation.id, member_id: holder.id }]
    )
    const imported = await call('POST', `${org.path}/members?confirm=true`, {
      body: { members: [{ user_id: heir.id, email: heir.email, role: 'user' }] }
    })
    t.equal(imported.body.data[0].problem.code, 'already_invited')
    clock.now = OVER
    t.equal((await invite(org.path, heir.email)).answer.status, 201)
  })

  await t.test('an offer that the candidate let run out is given up for this one', async (t) => {
    const { org, candidate, reassign, story } = await createAccount(app)
    const heir = candidate()
    const unused = await invite(org.path, heir.email)
    clock.now = OVER
    const { token, answer } = await reassign(heir.email)
    t.equal(answer.status, 200)
    const { body: seat } = await call('GET', `${org.path}/members/${unused.invitation.member_id}`)
    t.match(seat, { status: 'removed', ended_by: 'canceled' })
    t.same(typesOf(await story()).slice(1), [
      'invitation.expired',
      'invitation.canceled',
      'reassignment.started'
    ])
    const resent = await call('POST', `${org.path}/invitations/${unused.invitation.id}/resend`, {
      body: { via: 'link' }
    })
    t.match([resent.status, resent.body.code], [409, 'invitation_not_resendable'])
    t.equal((await heir.accept(token)).status, 200)
  })

  await t.test('is refused in every other status, which is told', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', { suspension: { enabled: true } })
    const { org, path, candidate, reassign } = await createAccount(app, policy)
    const { email } = candidate()
    const code = ({ answer: { status, body } }: Awaited<ReturnType<typeof reassign>>) => [
      status,
      body.code,
      body.member_status
    ]
    await call('POST', `${path}/suspend`)
    t.same(code(await reassign(email)), [409, 'member_not_reassignable', 'suspended'])
    await call('DELETE', `${path}?confirm=true`)
    t.same(code(await reassign(email)), [409, 'member_not_reassignable', 'removed'])

    const { invitation } = await invite(org.path, `${unique('in')}@sm.test`)
    const offered = `${org.path}/members/${invitation.member_id}/reassign`
    const ask = async () => (await call('POST', offered, { body: { email } })).body.member_status
    t.equal(await ask(), 'invited')
    clock.now = OVER
    t.equal(await ask(), 'invitation_expired')
  })

  await t.test(
    'is ruled by the policy: who, whose account, and the fields of its form',
    async (t) => {
      const { org, holder, path, candidate, reassign, read } = await createAccount(app)
      const { email } = candidate()
      const plain = await member(org.path)
      const { body: list } = await call('GET', `${org.path}/members?role=primary_admin`)
      const primary = list.data[0].id as string
      t.match((await reassign(email, {}, { actor: plain.as })).answer.body.code, 'not_permitted')
      t.match((await reassign(email, { name: 'Bo' })).answer.body, {
        code: 'field_not_allowed',
        field: 'name'
      })
      const absent = await call(
        'POST',
        `${org.path}/members/mem_01jd3v8k2ffb5t0m5r6w9x7y3z/reassign`,
        {
          body: { email }
        }
      )
      t.equal(absent.status, 404)
      t.equal((await read()).status, 'active')
      await call('PATCH', path, { body: { role: 'admin' } })
      const upwards = await call('POST', `${org.path}/members/${primary}/reassign`, {
        actor: holder.as,
        body: { email }
      })
      t.equal(upwards.body.code, 'protected_role')
      t.equal((await reassign(email, {}, { actor: org.as })).answer.status, 200)

      const key = await policyLike(app, 'surveymonkey', { reassignment: { enabled: false } })
      const none = await createAccount(app, key)
      t.match((await none.reassign(email)).answer.body, { code: 'not_offered', action: 'reassign' })
    }
  )

  await t.test('a policy may want it confirmed, and the last of a role is kept', async (t) => {
    const policy = await policyLike(app, 'standard', {
      authority: {
        reassign: [{ actor: 'owner', roles: ['*'] }],
        invite: [{ actor: 'owner', roles: ['*'] }],
        confirm: ['member.reassign']
      }
    })
    const { org, path, candidate, reassign } = await createAccount(app, policy)
    const { email } = candidate()
    t.equal((await reassign(email)).answer.status, 428)
    const { body: list } = await call('GET', `${org.path}/members?role=owner`)
    const last = await call(
      'POST',
      `${org.path}/members/${list.data[0].id}/reassign?confirm=true`,
      {
        body: { email }
      }
    )
    t.match([last.status, last.body.code], [409, 'last_holder'])
    const confirmed = await call('POST', `${path}/reassign?confirm=true`, { body: { email } })
    t.equal(confirmed.status, 200)
    t.equal((await call('DELETE', `${path}/reassignment`)).status, 428)
    t.equal((await call('DELETE', `${path}/reassignment?confirm=true`)).status, 200)
  })

  await t.test('a removed account takes the offer with it', async (t) => {
    const { path, candidate, reassign, story } = await createAccount(app)
    const heir = candidate()
    const { token } = await reassign(heir.email)
    t.equal((await call('DELETE', `${path}?confirm=true`)).body.status, 'removed')
    t.match(await heir.accept(token), { status: 410, body: { code: 'invitation_canceled' } })
    t.same(typesOf(await story()), [
      'reassignment.started',
      'invitation.canceled',
      'member.removed'
    ])
  })

  await t.test('the offer has the role that the account has when it is accepted', async (t) => {
    const { path, candidate, reassign, invitation } = await createAccount(app)
    const heir = candidate()
    const offer = await reassign(heir.email)
    await call('PATCH', path, { body: { role: 'admin' } })
    t.equal((await invitation(offer.invitation.id)).role, 'admin')
    t.match((await heir.accept(offer.token)).body, { role: 'admin', status: 'active' })
  })

  await t.test('keeps the lifetime of its own, whatever invitations have', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', {
      reassignment: { enabled: true, lifetime: 'P3D' },
      invitations: { lifetime: null }
    })
    const { candidate, reassign } = await createAccount(app, policy)
    const { answer } = await reassign(candidate().email)
    const expected = new Date(START.getTime() + 3 * DAY_MS).toISOString()
    t.equal(answer.body.invitation.expires_at, expected)
  })
})
