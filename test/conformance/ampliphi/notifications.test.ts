import t from 'tap'
import { listKeptMails } from '../../../src/mail/kept.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { createProducts } from '../products.js'

const both = (text: string) => ({ en: text, fr: text })

await t.test('Ampliphi: special notifications', async (t) => {
  const app = await createProducts(t)
  const team = app.of('ampliphi')
  const roles = ['owner', 'admin', 'standard']
  /** Who gets a mail of it, by role; without role, who got one at all. */
  async function toldOf(to: string, subject: string): Promise<string[]> {
    const { status, body } = await app.call('POST', `${team.path}/notifications`, {
      body: { to, subject: both(subject), text: both('Bonjour.') }
    })
    t.equal(status, 202)
    await runAllJobs(app.deps)
    const mails = await listKeptMails({ db: app.deps.db, seal: app.deps.sealer }, { limit: 100 })
    const told = mails.filter((mail) => mail.subject === subject).map((mail) => mail.to)
    t.equal(told.length, body.recipients)
    return roles.filter((role) => told.includes(team.person(role).email))
  }

  await t.test(
    'AMP-10: administrators see some special notifications, not all, nor reminders to pay',
    async (t) => {
      t.ok((await toldOf('notify.special.some', 'Some')).includes('admin'))
      t.notOk((await toldOf('notify.special.all', 'All')).includes('admin'))
      t.notOk((await toldOf('notify.billing_reminders', 'Pay')).includes('admin'))
      for (const [permission, allowed] of [
        ['notify.special.some', true],
        ['notify.special.all', false],
        ['notify.billing_reminders', false]
      ] as const) {
        t.equal((await team.authorize('admin', permission)).allowed, allowed, permission)
      }
    }
  )

  await t.test('AMP-13: standard users get no special notification', async (t) => {
    for (const to of ['notify.special.some', 'notify.special.all', 'notify.billing_reminders']) {
      t.notOk((await toldOf(to, `No ${to}`)).includes('standard'), to)
      t.equal((await team.authorize('standard', to)).allowed, false)
    }
  })

  await t.test(
    'AMP-23: reminders to pay go to the owner alone, also when it is late',
    async (t) => {
      t.same(await toldOf('notify.billing_reminders', 'Invoice'), ['owner'])
      await app.call('PUT', `${team.path}/billing`, { body: { status: 'past_due' } })
      t.same(await toldOf('notify.billing_reminders', 'Overdue'), ['owner'])
      await app.call('POST', `${team.path}/cancel`, { body: {} })
      t.same(await toldOf('notify.billing_reminders', 'Over'), ['owner'])
    }
  )
})
