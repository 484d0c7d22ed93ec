import t from 'tap'
import { createTestApp } from '../../helpers/app.js'

await t.test('POST /v1/organizations/{organization_id}/invitations', async (t) => {
  const { call, organization, mailTo } = await createTestApp(t, { worker: { backoffMs: 10 } })

  await t.test('invites everybody named in one text, each with a mail', async (t) => {
    const org = await organization()
    const { status, body } = await call('POST', `${org.path}/invitations`, {
      actor: org.as,
      body: { emails: 'ana@acme.test, bo@acme.test\ncy@acme.test' }
    })
    t.equal(status, 201)
    t.match(body.data, [{ status: 'created' }, { status: 'created' }, { status: 'created' }])
    const [mail] = await mailTo('cy@acme.test')
    t.match(mail, { subject: 'Olga invited you to join Acme' })
  })
})
