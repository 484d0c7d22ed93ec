import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { createAccount, OVER, typesOf } from '../../helpers/reassignments.js'

await t.test('what the candidate answers', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, invite, member, accept, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test(
    'accepted: the same member has another holder, and all that was on it',
    async (t) => {
      const { org, holder, path, candidate, reassign, read, story } = await createAccount(app)
      await call('PATCH', path, {
        body: { role: 'admin', external_id: 'seat-7', metadata: { desk: '7' } }
      })
      await call('POST', `${path}/activity`, { actor: holder.as })
      const before = await read()
      const heir = candidate()
      const { token, invitation } = await reassign(heir.email)
      clock.now = new Date(START.getTime() + DAY_MS)
      const { status, body } = await heir.accept(token, { name: 'Hera' })
      t.equal(status, 200)
      const expected = {
        ...before,
        user_id: heir.id,
        email: heir.email,
        name: 'Hera',
        status: 'active',
        invitation_id: invitation.id,
        joined_at: clock.now.toISOString(),
        updated_at: clock.now.toISOString(),
        last_active_at: null
      }
      t.same(
        { ...body, status_label: before.status_label, role_label: before.role_label },
        expected
      )
      t.same(await read(), expected)
      const events = await story()
      t.same(typesOf(events).slice(-2), ['invitation.accepted', 'reassignment.completed'])
      t.match(events.at(-1), {
        actor: { type: 'user', id: heir.id },
        subject: { type: 'member', id: holder.id },
        data: {
          invitation_id: invitation.id,
          email: heir.email,
          from: { user_id: holder.userId, email: holder.email },
          to: { user_id: heir.id, email: heir.email },
          shared_access: 'kept',
          sessions: 'revoke'
        },
        changes: {
          status: ['reassignment_pending', 'active'],
          user_id: [holder.userId, heir.id],
          email: [holder.email, heir.email],
          name: [null, 'Hera']
        }
      })
      t.equal((await call('GET', `${org.path}/members?q=${holder.email}`)).body.data.length, 0)
    }
  )

  await t.test('the new holder has access, the old one has none for good', async (t) => {
    const { org, holder, candidate, reassign, access } = await createAccount(app)
    const heir = candidate()
    await heir.accept((await reassign(heir.email)).token)
    t.equal(await access(heir.as), 200)
    t.equal(await access(holder.as), 'actor_not_member')

    const again = await invite(org.path, holder.email)
    t.equal(again.answer.status, 201, 'and may be invited as somebody new')
    const { body } = await accept(again.token, { id: holder.userId, email: holder.email })
    t.equal(body.status, 'active')
    t.not(body.id, holder.id)
  })

  await t.test('the groups that the account is in are the new holder’s', async (t) => {
    const { org, holder, candidate, reassign } = await createAccount(app)
    const { body: group } = await call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })
    await call('PUT', `${org.path}/groups/${group.id}/members/${holder.id}`)
    const heir = candidate()
    await heir.accept((await reassign(heir.email)).token)
    const { body } = await call('GET', `${org.path}/members?group_id=${group.id}`)
    t.match(body.data, [{ id: holder.id, user_id: heir.id }])
  })

  await t.test(
    'is named as said when it was reassigned, unless they say it themselves',
    async (t) => {
      const policy = await policyLike(app, 'surveymonkey', { invitations: {} })
      const named = await createAccount(app, policy)
      const one = named.candidate()
      const first = await named.reassign(one.email, { name: 'As they say' })
      t.equal(first.answer.body.member.name, null, 'the holder’s name until then')
      t.equal((await one.accept(first.token)).body.name, 'As they say')

      const two = named.candidate()
      const second = await named.reassign(two.email, { name: 'As they say' })
      t.equal((await two.accept(second.token, { name: 'As I say' })).body.name, 'As I say')

      const three = named.candidate()
      const third = await named.reassign(three.email)
      t.equal((await three.accept(third.token)).body.name, null, 'never the old holder’s')
    }
  )

  await t.test('accepting again changes nothing, for the same person only', async (t) => {
    const { candidate, reassign, story } = await createAccount(app)
    const heir = candidate()
    const { token } = await reassign(heir.email)
    const first = await heir.accept(token)
    const before = await story()
    t.same((await heir.accept(token)).body, first.body)
    t.same(await story(), before)
    const other = await heir.accept(token, { id: unique('other') })
    t.match([other.status, other.body.code], [409, 'invitation_already_accepted'])
  })

  await t.test('what every acceptance must show is shown here too', async (t) => {
    const { holder, candidate, reassign, read } = await createAccount(app)
    const heir = candidate()
    const { token } = await reassign(heir.email)
    const code = async (fields: Record<string, unknown>) =>
      (await heir.accept(token, fields)).body.code
    t.equal(await code({ email: 'else@sm.test' }), 'email_mismatch')
    t.equal(await code({ email_verified: false }), 'email_not_verified')
    t.equal(await code({ id: holder.userId }), 'already_member', 'the holder takes nothing over')
    clock.now = OVER
    t.equal(await code({}), 'invitation_expired')
    t.match(await read(), { status: 'reassignment_pending', user_id: holder.userId })
  })

  await t.test('whoever has become a member meanwhile is one already', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', {
      invitations: { email_must_match: false }
    })
    const { org, candidate, reassign, read } = await createAccount(app, policy)
    const heir = candidate()
    const { token } = await reassign(heir.email)
    const own = await invite(org.path, `${unique('in')}@sm.test`)
    const joined = await accept(own.token, { id: heir.id, email: heir.email })
    t.equal(joined.status, 200, 'by another invitation, of another address')
    for (const fields of [{}, { id: unique('u') }, { email: `${unique('e')}@sm.test` }]) {
      const answer = await heir.accept(token, fields)
      t.match(answer, {
        status: 409,
        body: { code: 'already_member', member_id: joined.body.id }
      })
    }
    t.equal((await read()).status, 'reassignment_pending')
    const other = await member(org.path)
    t.equal((await heir.accept(token, { id: other.userId })).body.code, 'already_member')
  })

  await t.test('lookup and page tell that an account is taken over', async (t) => {
    const { holder, candidate, reassign } = await createAccount(app)
    const heir = candidate()
    const { token } = await reassign(heir.email)
    const { body } = await call('POST', '/v1/invitations/lookup', { key: null, body: { token } })
    t.match(body, { kind: 'reassignment', role: { key: 'user' } })
    t.notMatch(JSON.stringify(body), holder.email)
    t.equal((await call('GET', `/invitations/${token}`, { key: null })).status, 200)
  })

  await t.test('declined: the account waits on, without access, until it is decided', async (t) => {
    const account = await createAccount(app)
    const { holder, candidate, reassign, read, access, story, invitation } = account
    const heir = candidate()
    const offer = await reassign(heir.email)
    t.match(await heir.decline(offer.token), { status: 200, body: { status: 'declined' } })
    t.equal((await invitation(offer.invitation.id)).status, 'declined')
    t.match(await read(), { status: 'reassignment_pending', user_id: holder.userId })
    t.equal(await access(holder.as), 'actor_suspended')
    const events = await story()
    t.same(typesOf(events), [
      'reassignment.started',
      'invitation.declined',
      'reassignment.declined'
    ])
    t.match(events[2], {
      subject: { type: 'member', id: holder.id },
      data: { invitation_id: offer.invitation.id, email: heir.email }
    })
    t.match(await heir.accept(offer.token), { status: 410, body: { code: 'invitation_declined' } })

    const next = candidate()
    const second = await reassign(next.email)
    t.equal(second.answer.status, 200)
    t.equal((await next.accept(second.token)).status, 200)
  })

  await t.test('whoever has declined may be invited, and asked again', async (t) => {
    const { org, candidate, reassign } = await createAccount(app)
    const heir = candidate()
    await heir.decline((await reassign(heir.email)).token)
    const again = await reassign(heir.email)
    t.equal(again.answer.status, 200)
    await heir.decline(again.token)
    t.equal((await invite(org.path, heir.email)).answer.status, 201)
  })

  await t.test('declined does not lapse into the old holder’s hands', async (t) => {
    const policy = await policyLike(app, 'surveymonkey', {
      reassignment: { enabled: true, on_timeout: 'restore' }
    })
    const { holder, candidate, reassign, read, access } = await createAccount(app, policy)
    const heir = candidate()
    await heir.decline((await reassign(heir.email)).token)
    clock.now = OVER
    t.equal((await read()).status, 'reassignment_pending')
    t.equal(await access(holder.as), 'actor_suspended')
  })
})
