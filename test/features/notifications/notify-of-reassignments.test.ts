import t from 'tap'
import { expireInvitations } from '../../../src/features/invitations/expire-invitations.sweep.js'
import { createTestApp, START } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { toldTo } from '../../helpers/notifications.js'
import { policyLike } from '../../helpers/policies.js'
import { createAccount, OVER } from '../../helpers/reassignments.js'

const TO_ADMINS = { roles: ['primary_admin', 'admin'], member: true }
const TELLS = {
  locale: 'en',
  notifications: [
    { event: 'reassignment.declined', ...TO_ADMINS },
    { event: 'reassignment.timed_out', ...TO_ADMINS }
  ]
}

await t.test('who is told of accounts that nobody takes over', async (t) => {
  const app = await createTestApp(t)
  const { deps, clock } = app
  const told = (who: { email: string }) => toldTo(app, who.email)
  t.beforeEach(() => {
    clock.now = START
  })
  const account = async (fields: object = {}) =>
    createAccount(app, await policyLike(app, 'surveymonkey', { ...TELLS, ...fields }))

  await t.test('admins of a decline, the mail of which says what an account is', async (t) => {
    const { org, holder, candidate, reassign } = await createAccount(app)
    const heir = candidate()
    await reassign(heir.email, { send_email: true })
    const [invitation] = await toldTo(app, heir.email)
    t.match(invitation, 'Vous avez reçu une invitation à reprendre un compte qui existe déjà dans')
    const [mail] = await app.mailTo(heir.email)
    t.equal(mail?.subject, 'Invitation à reprendre un compte dans Acme')
    await heir.decline(/mlk_[\w-]+/.exec(mail?.text ?? '')?.[0] ?? '')
    t.same(await told(org.owner), [
      `${heir.email} a refusé de reprendre le compte «\u202f${holder.email}\u202f» dans Acme.`
    ])
    const [news] = await app.mailTo(org.owner.email)
    t.match(news?.text, 'Le compte reste bloqué jusqu’à ce que quelqu’un le reprenne')
    for (const nobody of [holder, heir]) t.notMatch((await told(nobody)).join(), 'refusé')
  })

  await t.test('the holder, where the policy says so, who then waits for another', async (t) => {
    const { holder, candidate, reassign } = await account()
    const heir = candidate()
    await heir.decline((await reassign(heir.email)).token)
    t.same(await told(holder), ['Whoever was to take over your account in Acme has declined.'])
  })

  await t.test('both when time has run out, and whether the account is locked', async (t) => {
    for (const on_timeout of ['keep_pending', 'restore']) {
      clock.now = START
      const reassignment = { enabled: true, on_timeout }
      const { org, holder, candidate, reassign } = await account({ reassignment })
      const heir = candidate()
      await reassign(heir.email)
      clock.now = OVER
      await expireInvitations.run(deps)
      t.same(await told(org.owner), [
        `${heir.email} did not take over the account of ${holder.email} in Acme in time.`
      ])
      t.same(await told(holder), [
        'Whoever was to take over your account in Acme did not do so in time.'
      ])
      const mails = [...(await app.mailTo(org.owner.email)), ...(await app.mailTo(holder.email))]
      for (const { text } of mails) {
        t.equal(text.includes('The account stays locked'), on_timeout === 'keep_pending')
      }
    }
  })

  await t.test('not whoever has the account by the time the mail is sent', async (t) => {
    const { org, holder, candidate, reassign } = await account()
    const [first, second] = [candidate(), candidate()]
    await first.decline((await reassign(first.email)).token)
    await second.accept((await reassign(second.email)).token)
    await runAllJobs(deps)
    for (const nobody of [holder, second]) t.same(await told(nobody), [])
    t.same(await told(org.owner), [
      `${first.email} declined to take over the account of ${holder.email} in Acme.`
    ])
  })
})
