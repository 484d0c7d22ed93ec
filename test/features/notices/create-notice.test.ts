import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { createTestApp } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { jobRows, runAllJobs } from '../../helpers/jobs.js'
import { MAIL_EVENTS_SECRET, tellMailEvent } from '../../helpers/mail-events.js'
import { toldTo } from '../../helpers/notifications.js'

const NEWS = {
  to: 'notify.special.some',
  subject: { en: 'Maintenance on Sunday', fr: 'Maintenance dimanche' },
  text: { en: 'From 2 to 3 am.\n\nSee you <b>soon</b>.', fr: 'De 2 h à 3 h.' }
}
const REMINDER = { ...NEWS, to: 'notify.billing_reminders' }

await t.test('POST {o}/notifications', async (t) => {
  const app = await createTestApp(t, {
    environment: { MUSTER_MAIL_EVENTS_SECRET: MAIL_EVENTS_SECRET }
  })
  const { call, deps, organization, member } = app
  const told = (who: { email: string }) => toldTo(app, who.email)
  const send = (path: string, body: unknown, options: object = {}) =>
    call('POST', `${path}/notifications`, { body, ...options })
  /** Under `standard`: the owner gets everything, an admin some, members nothing. */
  async function team(fields: Record<string, unknown> = {}) {
    const org = await organization(fields)
    const admin = await member(org.path, { role: 'admin' })
    const plain = await member(org.path)
    await runAllJobs(deps)
    return { ...org, admin, plain }
  }
  /** The first lines that somebody has been mailed since. */
  const mailed = async (who: { email: string }, work: () => Promise<unknown>) => {
    const before = (await told(who)).length
    await work()
    const all = await told(who)
    return all.slice(0, all.length - before)
  }

  await t.test('one mail to each whose role has the permission, and an event', async (t) => {
    const org = await team()
    const { status, body } = await send(org.path, NEWS)
    t.match([status, body], [202, { id: /^ntc_/, recipients: 2 }])
    for (const who of [org.owner, org.admin]) t.equal((await told(who))[0], 'From 2 to 3 am.')
    t.notMatch(await told(org.plain), ['From 2 to 3 am.'])
    const [mail] = await app.mailTo(org.admin.email)
    t.match(mail, {
      subject: 'Maintenance on Sunday',
      messageId: `<${body.id}.${org.admin.id}@localhost>`,
      text:
        'From 2 to 3 am.\n\nSee you <b>soon</b>.\n\n' +
        'You receive this email because of your role in Acme.\n',
      html: 'See you &lt;b&gt;soon&lt;/b&gt;.'
    })
    t.match(mail?.headers?.['List-Unsubscribe'], '/unsubscribe/mlk_')
    const { body: events } = await call('GET', `${org.path}/events?type=notice.created`)
    t.match(events.data, [
      {
        actor: { type: 'api_key' },
        subject: { type: 'notice', id: body.id },
        data: { permission: 'notify.special.some', recipients: 2 }
      }
    ])
  })

  await t.test('in the organization’s language', async (t) => {
    const org = await team({ locale: 'fr' })
    await send(org.path, NEWS)
    t.equal((await told(org.admin))[0], 'De 2 h à 3 h.')
    const [mail] = await app.mailTo(org.admin.email)
    t.match(mail, { subject: 'Maintenance dimanche', html: '<html lang="fr"' })
  })

  await t.test('all of it goes to fewer than some of it', async (t) => {
    const org = await team()
    const { body } = await send(org.path, { ...NEWS, to: 'notify.special.all' })
    t.equal(body.recipients, 1)
    t.equal((await told(org.owner))[0], 'From 2 to 3 am.')
    t.notMatch(await told(org.admin), ['From 2 to 3 am.'])
  })

  await t.test('by the host alone, with the scope for it', async (t) => {
    const org = await team()
    const before = await dumpRows(deps.db)
    const { status, body } = await send(org.path, NEWS, { actor: org.as })
    t.match([status, body.code], [403, 'notices_are_the_hosts'])
    const { key } = await app.apiKey({ scopes: ['billing:write'] })
    t.equal((await send(org.path, NEWS, { key })).body.code, 'insufficient_scope')
    t.same((await dumpRows(deps.db))['public.jobs'], before['public.jobs'])
    t.same((await dumpRows(deps.db))['public.notices'], before['public.notices'])
  })

  await t.test('once under one Idempotency-Key', async (t) => {
    const org = await team()
    const headers = { 'idempotency-key': app.unique('once') }
    const first = await send(org.path, NEWS, { headers })
    const again = await send(org.path, NEWS, { headers })
    t.same([again.status, again.body], [202, first.body])
    t.equal(again.headers.get('idempotent-replayed'), 'true')
    t.same(await mailed(org.admin, async () => undefined), [])
    t.equal((await told(org.admin)).filter((line) => line === 'From 2 to 3 am.').length, 1)
  })

  await t.test('a reminder to pay reaches a team whose subscription has ended', async (t) => {
    const org = await team()
    t.equal((await call('POST', `${org.path}/cancel`, { body: {} })).status, 200)
    const lines = await mailed(org.owner, () => send(org.path, REMINDER))
    t.same(lines, ['From 2 to 3 am.'])
  })

  await t.test('nobody is told who has left or lost the role in between', async (t) => {
    const org = await team()
    const heir = await member(org.path, { role: 'admin' })
    await runAllJobs(deps)
    t.equal((await send(org.path, NEWS)).body.recipients, 3)
    await deps.db.update(members).set({ role: 'member' }).where(eq(members.id, heir.id))
    await deps.db.execute(
      sql`update members set status = 'suspended' where user_id = ${org.admin.userId}`
    )
    for (const nobody of [heir, org.admin]) {
      t.notMatch(await told(nobody), ['From 2 to 3 am.'])
    }
    t.same(await jobRows(deps), [])
  })

  await t.test('nor whoever has unsubscribed, but for reminders to pay', async (t) => {
    const org = await team()
    await send(org.path, NEWS)
    await runAllJobs(deps)
    const [mail] = await app.mailTo(org.owner.email)
    const [path = ''] =
      /\/unsubscribe\/[\w-]+/.exec(mail?.headers?.['List-Unsubscribe'] ?? '') ?? []
    t.equal((await fetch(app.url + path, { method: 'POST' })).status, 200)
    t.same(await mailed(org.owner, () => send(org.path, NEWS)), [])
    t.equal((await mailed(org.owner, () => send(org.path, REMINDER))).length, 1)
    const [reminder] = await app.mailTo(org.owner.email)
    t.equal(reminder?.headers, undefined, 'from which nobody unsubscribes')
    const message_id = reminder?.messageId
    await tellMailEvent(app, { type: 'complained', message_id, email: org.owner.email })
    t.same(await mailed(org.owner, () => send(org.path, REMINDER)), [], 'that is for good')
  })

  await t.test('subject and text are bounded, in both languages, and one line', async (t) => {
    const org = await team()
    const wrong = [
      { ...NEWS, to: 'team.view' },
      { ...NEWS, subject: { en: 'Only English' } },
      { ...NEWS, subject: { ...NEWS.subject, en: 'x'.repeat(151) } },
      { ...NEWS, subject: { ...NEWS.subject, en: 'Two\nlines' } },
      { ...NEWS, subject: { ...NEWS.subject, fr: ' ' } },
      { ...NEWS, text: { ...NEWS.text, en: 'x'.repeat(4_001) } },
      { ...NEWS, text: { ...NEWS.text, fr: '\u0000' } },
      { ...NEWS, more: true }
    ]
    for (const body of wrong) {
      const answer = await send(org.path, body)
      t.match([answer.status, answer.body.code], [400, 'invalid_request'], JSON.stringify(body))
    }
    const edge = { en: 'x'.repeat(150), fr: 'x'.repeat(150) }
    t.equal((await send(org.path, { ...NEWS, subject: edge })).status, 202)
  })
})
