import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { policyLike } from '../../helpers/policies.js'

await t.test('the mail of an invitation', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, unique, deps } = app
  async function invite(policy: string, fields: Record<string, unknown> = {}) {
    const org = await organization({ policy })
    const email = `${unique('ana')}@mails.test`
    const { status } = await call('POST', `${org.path}/invitations`, {
      actor: org.as,
      body: { invitations: [{ email, ...fields }] }
    })
    t.equal(status, 201)
    await runAllJobs(deps)
    const [mail] = await app.mailTo(email)
    return mail
  }

  await t.test('SM-29: has the inviter’s own message, as theirs', async (t) => {
    const mail = await invite('standard', { message: 'Hello,\nsee you at evil.test' })
    t.match(mail?.text, 'Olga writes:\n\n> Hello,\n> see you at evil.\u200ctest\n')
    t.match(mail?.html, 'Hello,<br>\nsee you at evil.\u200ctest</blockquote>')
  })

  await t.test('speaks in the policy’s own words, of its language and lifetime', async (t) => {
    const policy = await policyLike(app, 'standard', {
      invitations: { lifetime: 'P3D' },
      texts: { 'mail.invitation.expiry': { en: 'Three is {days}.' } }
    })
    t.match((await invite(policy))?.text, '\n\nThree is 3.\n')
    t.match((await invite(policy, { locale: 'fr' }))?.text, 'Cette invitation est valable')
    const endless = await policyLike(app, 'standard', {
      invitations: { lifetime: null },
      texts: { 'mail.invitation.expiry': { en: 'Ends.' } }
    })
    t.notMatch((await invite(endless))?.text, 'Ends.')
  })
})
