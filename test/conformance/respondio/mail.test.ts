import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('respond.io: the mail to a new user', async (t) => {
  const app = await createTestApp(t, { worker: { backoffMs: 10 } })
  const { call, unique } = app
  const team = await app.organization({ policy: 'respondio', name: 'Boutique' })
  const email = `${unique('new')}@respondio.test`
  const { body } = await call('POST', `${team.path}/invitations`, {
    actor: team.as,
    body: { emails: email, role: 'member' }
  })
  const { invitation } = body.data[0]
  const path = `${team.path}/members/${String(invitation.member_id)}`
  const [mail] = await app.mailTo(email)

  await t.test('RIO-61: it leaves on submit, before any workspace is assigned', async (t) => {
    t.equal(mail?.to, email)
    t.match(mail?.text, /Boutique/)
    t.same((await call('GET', path)).body.resources, [])
  })

  await t.test('RIO-62: its link, and nothing before it, gives access', async (t) => {
    const user = { id: unique('u'), email }
    const check = { permission: 'resource.view', resource: 'ws_1' }
    const may = async (who: object) =>
      (await call('POST', `${team.path}/authorize`, { body: { ...who, ...check } })).body
    await call('PATCH', path, { body: { resources: { choice: 'existing', ids: ['ws_1'] } } })
    t.match(await may({ member_id: invitation.member_id }), { code: 'not_a_member' })
    t.match(await may({ user_id: user.id }), { allowed: false, code: 'not_a_member' })
    const token = /mlk_[\w-]+/.exec(mail?.text ?? '')?.[0] ?? ''
    t.equal((await app.accept(token, user)).body.status, 'active')
    t.match(await may({ user_id: user.id }), { allowed: true })
  })
})
