import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('DELETE {o}/invitations/{invitation_id}', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, accept, member, clock } = app
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('kills the link and frees the seat at once', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    const { invitation } = await invite(org.path, 'gone@cancel.test')
    const { status, body } = await call('DELETE', `${org.path}/invitations/${invitation.id}`, {
      actor: org.as
    })
    t.equal(status, 200)
    // Nobody ran the job: its mail is never sent.
    t.match(body, { status: 'canceled', ended_at: START.toISOString(), delivery: null })
    const { body: seat } = await call('GET', `${org.path}/members/${invitation.member_id}`)
    t.match(seat, { status: 'removed', ended_by: 'canceled' })
    t.equal((await invite(org.path, 'next@cancel.test')).answer.status, 201)
    const { body: events } = await call('GET', `${org.path}/events?type=invitation.canceled`)
    t.match(events.data, [
      { actor: { name: 'Olga' }, changes: { status: ['pending', 'canceled'] } }
    ])
  })

  await t.test('refuses what is no longer open', async (t) => {
    const org = await organization()
    const joined = await invite(org.path, 'in@cancel.test')
    await accept(joined.token, { id: 'u_in', email: 'in@cancel.test' })
    const expired = await invite(org.path, 'late@cancel.test')
    const twice = await invite(org.path, 'twice@cancel.test')
    await call('DELETE', `${org.path}/invitations/${twice.invitation.id}`)
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    for (const { invitation } of [joined, expired, twice]) {
      const { status, body } = await call('DELETE', `${org.path}/invitations/${invitation.id}`)
      t.match([status, body.code], [409, 'invitation_not_cancelable'])
    }
  })

  await t.test('of an offer that ran out never ends the one that came after it', async (t) => {
    const policy = await policyLike(app, 'standard', {
      invitations: { cancel_from: ['pending', 'expired'] }
    })
    const org = await organization({ policy })
    const { invitation: first } = await invite(org.path, 'twice@late.test')
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    const { invitation, token } = await invite(org.path, 'twice@late.test')
    const cancelFirst = () => call('DELETE', `${org.path}/invitations/${String(first.id)}`)
    t.match(await cancelFirst(), {
      status: 409,
      body: { code: 'invitation_replaced', invitation_id: invitation.id }
    })
    await accept(token, { id: 'u_twice', email: 'twice@late.test' })
    t.equal((await cancelFirst()).body.code, 'invitation_replaced')
    const { body } = await call('GET', `${org.path}/members/${String(first.member_id)}`)
    t.equal(body.status, 'active')
  })

  await t.test('is for roles that may, and for this organization’s invitations', async (t) => {
    const org = await organization()
    const { invitation } = await invite(org.path, 'safe@cancel.test')
    const plain = await member(org.path)
    const path = `/invitations/${String(invitation.id)}`
    t.equal((await call('DELETE', org.path + path, { actor: plain.as })).status, 403)
    const other = await organization()
    t.equal((await call('DELETE', other.path + path)).status, 404)
    t.match((await call('GET', org.path + path)).body, { status: 'pending' })
  })
})
