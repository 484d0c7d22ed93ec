import { eq } from 'drizzle-orm'
import t from 'tap'
import { runCommand } from '../../../src/command.js'
import { SYSTEM } from '../../../src/context.js'
import { webhookEndpoints } from '../../../src/db/tables/webhooks.js'
import { disableEndpoint, lockEndpoint } from '../../../src/features/webhooks/disable-endpoint.js'
import { listKeptMails } from '../../../src/mail/kept.js'
import { createTestApp, START, type TestApp } from '../../helpers/app.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { MAIL_EVENTS_SECRET, tellMailEvent } from '../../helpers/mail-events.js'
import { endpointFor, HOOKS } from '../../helpers/webhooks.js'

/** As whoever sends to it does it. */
async function disable({ deps }: TestApp, id: string, reason: 'gone' | 'failing') {
  const ctx = { actor: SYSTEM, now: deps.now(), requestId: null, locale: 'en' } as const
  await runCommand(deps, ctx, async (tx) => {
    const endpoint = await lockEndpoint(tx, id)
    if (endpoint) await disableEndpoint(tx, ctx, endpoint, reason)
  })
}

await t.test('tell-endpoint-disabled', async (t) => {
  const app = await createTestApp(t, {
    environment: { MUSTER_MAIL_EVENTS_SECRET: MAIL_EVENTS_SECRET }
  })
  const { call, deps, unique } = app
  const mailsTo = async (to: string) => {
    await runAllJobs(deps)
    return listKeptMails({ db: deps.db, seal: deps.sealer }, { to, limit: 20 })
  }
  const contact = () => `${unique('ops')}@acme.test`

  await t.test('whoever looks after it learns why, when, and what to do', async (t) => {
    const email = contact()
    const { id } = await endpointFor(app, { contact_email: email })
    await disable(app, id, 'gone')
    const [mail, ...others] = await mailsTo(email)
    t.same(others, [])
    t.match(mail, {
      subject: `Your webhook endpoint has been disabled: ${HOOKS}`,
      messageId: `<${id}.${START.getTime()}@localhost>`
    })
    for (const words of ['410 Gone', 'Tuesday, January 1, 2030', id, '30 days']) {
      t.ok(mail?.text.includes(words), words)
    }
  })

  await t.test('in French, where its organizations are', async (t) => {
    const org = await app.organization({ locale: 'fr' })
    const email = contact()
    const fields = { contact_email: email, organization_ids: [org.id] }
    const { id } = await endpointFor(app, fields)
    await disable(app, id, 'failing')
    const [mail] = await mailsTo(email)
    t.match(mail?.subject, 'Votre point de réception de webhooks a été désactivé')
    t.match(mail?.text, 'Pendant cinq jours')
  })

  await t.test('nobody when it was done by hand, or nobody is named', async (t) => {
    const email = contact()
    const { path } = await endpointFor(app, { contact_email: email })
    await call('PATCH', path, { body: { enabled: false } })
    t.same(await mailsTo(email), [])
    const { id } = await endpointFor(app)
    await disable(app, id, 'gone')
    await runAllJobs(deps)
  })

  await t.test('nobody once it is enabled again, deleted, or has nobody any more', async (t) => {
    const after: ((path: string) => Promise<unknown>)[] = [
      (path) => call('PATCH', path, { body: { enabled: true } }),
      (path) => call('PATCH', path, { body: { contact_email: null } }),
      (path) => call('DELETE', path)
    ]
    for (const change of after) {
      const email = contact()
      const { id, path } = await endpointFor(app, { contact_email: email })
      await disable(app, id, 'gone')
      await change(path)
      t.same(await mailsTo(email), [])
    }
  })

  await t.test('no address that complains', async (t) => {
    const email = contact()
    await tellMailEvent(app, { type: 'complained', message_id: '<x@y.test>', email })
    const { id } = await endpointFor(app, { contact_email: email })
    await disable(app, id, 'gone')
    t.same(await mailsTo(email), [])
    const [row] = await deps.db.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id))
    t.match(row, { enabled: false, disabledReason: 'gone' })
  })
})
