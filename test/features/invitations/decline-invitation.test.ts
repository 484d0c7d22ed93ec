import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('POST /v1/invitations/decline', async (t) => {
  const { call, organization, invite, clock } = await createTestApp(t)
  const decline = (token: string) =>
    call('POST', '/v1/invitations/decline', { key: null, body: { token } })

  await t.test('turns the offer down without any key, and frees the seat', async (t) => {
    const org = await organization({ billing: { seats: 2 } })
    const { token, invitation } = await invite(org.path, 'no@decline.test')
    t.match(await decline(token), { status: 200, body: { status: 'declined' } })
    const { body } = await call('GET', `${org.path}/members/${invitation.member_id}`)
    t.match(body, { status: 'removed', ended_by: 'declined' })
    t.equal((await invite(org.path, 'yes@decline.test')).answer.status, 201)
    const { body: events } = await call('GET', `${org.path}/events?type=invitation.declined`)
    t.match(events.data, [{ subject: { id: invitation.id }, actor: { type: 'user', id: null } }])
  })

  await t.test('refuses a dead link, each for its own reason', async (t) => {
    const org = await organization()
    const { token } = await invite(org.path, 'twice@decline.test')
    await decline(token)
    t.match(await decline(token), { status: 410, body: { code: 'invitation_declined' } })
    const late = await invite(org.path, 'late@decline.test')
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.match(await decline(late.token), { status: 410, body: { code: 'invitation_expired' } })
    t.match(await decline(late.token.slice(0, -2)), { body: { code: 'invitation_link_invalid' } })
  })
})
