import t from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('the sweep over expired invitations', async (t) => {
  const { call, organization, invite, accept, clock, deps } = await createTestApp(t)
  const [one, two] = [await organization(), await organization()]
  const late = await invite(one.path, 'late@sweep.test')
  await invite(two.path, 'also@sweep.test')
  const joined = await invite(one.path, 'in@sweep.test')
  await accept(joined.token, { id: 'u_in', email: 'in@sweep.test' })

  await t.test('leaves alone what is still open', async (t) => {
    clock.now = new Date(START.getTime() + 7 * DAY_MS - 1)
    t.equal(await expireInvitations.run(deps), 0)
  })

  await t.test('writes down what time has done, in every organization, once', async (t) => {
    clock.now = new Date(START.getTime() + 9 * DAY_MS)
    const before = await call('GET', `${one.path}/members/${String(late.invitation.member_id)}`)
    t.equal(await expireInvitations.run(deps), 2)
    t.equal(await expireInvitations.run(deps), 0)
    const after = await call('GET', `${one.path}/members/${String(late.invitation.member_id)}`)
    t.equal(before.body.status, 'invitation_expired', 'nobody had to wait for the sweep')
    t.equal(after.body.status, 'invitation_expired')
    const { body } = await call('GET', `${one.path}/invitations/${String(late.invitation.id)}`)
    t.match(body, { status: 'expired', ended_at: '2030-01-08T00:00:00.000Z' })
    const { body: events } = await call('GET', `${two.path}/events?type=invitation.expired`)
    t.match(events.data, [
      { actor: { type: 'system' }, changes: { status: ['pending', 'expired'] } }
    ])
    t.equal(events.data.length, 1)
  })

  await t.test(
    'an expired invitation can be sent again after the sweep as before it',
    async (t) => {
      const path = `${one.path}/invitations/${String(late.invitation.id)}/resend`
      const { status, body } = await call('POST', path, { body: { via: 'link' } })
      t.equal(status, 200)
      const token = String(body.link).split('/').at(-1) ?? ''
      const { body: member } = await accept(token, { id: 'u_late', email: 'late@sweep.test' })
      t.match(member, { id: late.invitation.member_id, status: 'active' })
    }
  )
})
