import t from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('PATCH {o}/members/{member_id} of whoever is offered the role', async (t) => {
  const { call, organization, invite, accept, member, clock, deps, unique } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  const change = (path: string, id: string, role: string, actor?: string) =>
    call('PATCH', `${path}/members/${id}`, {
      body: { role },
      ...(actor === undefined ? {} : { actor })
    })
  const offered = async (token: string) =>
    (await call('POST', '/v1/invitations/lookup', { key: null, body: { token } })).body.role.key
  const tokenOf = (link: string) => link.split('/').at(-1) ?? ''

  await t.test('gives an invited person the role that is offered now', async (t) => {
    const org = await organization()
    const email = `${unique('ana')}@acme.test`
    const { token, invitation } = await invite(org.path, email)
    t.equal((await change(org.path, invitation.member_id, 'admin', org.as)).status, 200)
    t.equal(await offered(token), 'admin')
    const { body } = await accept(token, { id: unique('u'), email })
    t.match(body, { status: 'active', role: 'admin' })
    const { body: events } = await call('GET', `${org.path}/events?type=member.joined&limit=1`)
    t.equal(events.data[0].data.role, 'admin')
  })

  await t.test('gives it also to one whose offer ran out and is sent again', async (t) => {
    const org = await organization()
    const email = `${unique('ana')}@acme.test`
    const { invitation } = await invite(org.path, email)
    clock.now = new Date(START.getTime() + 8 * DAY_MS)
    t.ok((await expireInvitations.run(deps)) > 0)
    t.equal((await change(org.path, invitation.member_id, 'admin')).status, 200)
    const resent = await call('POST', `${org.path}/invitations/${invitation.id}/resend`, {
      body: { via: 'link' }
    })
    t.equal(resent.body.invitation.role, 'admin')
    const { body } = await accept(tokenOf(resent.body.link), { id: unique('u'), email })
    t.equal(body.role, 'admin')
  })

  await t.test('gives it to whoever takes a seat over', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const email = `${unique('heir')}@acme.test`
    const { body } = await call('POST', `${org.path}/members/${ana.id}/reassign`, {
      body: { email, send_email: false }
    })
    const { body: pending } = await change(org.path, ana.id, 'admin')
    t.match(pending, { status: 'reassignment_pending', role: 'admin' })
    t.equal(await offered(tokenOf(body.link)), 'admin')
    const { body: heir } = await accept(tokenOf(body.link), { id: unique('u'), email })
    t.match(heir, { id: ana.id, status: 'active', role: 'admin' })
  })

  await t.test('leaves alone what became of an offer that was accepted', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    await change(org.path, ana.id, 'admin')
    const { body } = await call('GET', `${org.path}/invitations?member_id=${ana.id}`)
    t.match(body.data, [{ status: 'accepted', role: 'member' }])
  })
})
