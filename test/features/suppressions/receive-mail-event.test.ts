import t from 'tap'
import { createTestApp, START, type TestApp } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { runAllJobs } from '../../helpers/jobs.js'
import { deploymentEvents, MAIL_EVENTS_SECRET, tellMailEvent } from '../../helpers/mail-events.js'

const MINUTE_MS = 60_000
const BOUNCED = { type: 'bounced', permanent: true, detail: '550 5.1.1 No such user' }

/** A mailed invitation, and the Message-ID of its mail. */
async function mailed(app: TestApp) {
  const org = await app.organization()
  const email = `${app.unique('gone')}@Acme.test`
  const { body } = await app.call('POST', `${org.path}/invitations`, { body: { emails: email } })
  const { id } = body.data[0].invitation
  await runAllJobs(app.deps)
  const [mail] = await app.mailTo(email)
  const path = `${org.path}/invitations/${id}`
  const read = async () => (await app.call('GET', path)).body
  return { org, id: String(id), email, path, read, messageId: mail?.messageId ?? '' }
}

const eventsOf = async ({ call }: TestApp, path: string, type: string) =>
  (await call('GET', `${path}?type=${type}`)).body.data

await t.test('POST /v1/mail-events', async (t) => {
  const app = await createTestApp(t, {
    environment: { MUSTER_MAIL_EVENTS_SECRET: MAIL_EVENTS_SECRET }
  })
  const { call, deps } = app
  const tell = (event: unknown, ...rest: [Parameters<typeof tellMailEvent>[2]?]) =>
    tellMailEvent(app, event, ...rest)
  const suppressed = async (email: string) =>
    (await call('GET', `/v1/mail-suppressions?email=${encodeURIComponent(email)}`)).body.data
  t.beforeEach(() => {
    app.clock.now = START
  })

  await t.test(
    'a bounce for good: the invitation has failed, the address gets nothing',
    async (t) => {
      const { org, id, email, read, messageId } = await mailed(app)
      t.equal((await read()).delivery, 'sent')
      const answer = await tell({ ...BOUNCED, message_id: messageId, email })
      t.match(answer, { status: 200, body: { changed: true } })
      t.equal((await read()).delivery, 'failed')
      const key = email.toLowerCase()
      t.match(await eventsOf(app, `${org.path}/events`, 'invitation.delivery_failed'), [
        {
          actor: { type: 'system' },
          subject: { type: 'invitation', id },
          data: { email, reason: 'bounced' },
          changes: { delivery: ['sent', 'failed'] }
        }
      ])
      t.match(await suppressed(email), [
        { email: key, organization_id: null, reason: 'bounced', detail: BOUNCED.detail }
      ])
      const [created] = await deploymentEvents(app, 'mail_suppression.created')
      t.match(created, { data: { email: key, reason: 'bounced' }, subjectId: /^sup_/ })
    }
  )

  await t.test('told again, nothing more happens', async (t) => {
    const { email, messageId } = await mailed(app)
    const event = { ...BOUNCED, message_id: messageId, email }
    await tell(event)
    const before = await dumpRows(deps.db)
    t.match(await tell(event), { status: 200, body: { changed: false } })
    t.match((await tell({ ...event, type: 'complained' })).body, { changed: false })
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('a bounce that may pass changes nothing', async (t) => {
    const { email, messageId } = await mailed(app)
    const before = await dumpRows(deps.db)
    for (const more of [{}, { permanent: false }]) {
      const answer = await tell({ type: 'bounced', message_id: messageId, email, ...more })
      t.match(answer, { status: 200, body: { changed: false } })
    }
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('a complaint ends mails to the address; the invitation was delivered', async (t) => {
    const { org, email, read, messageId } = await mailed(app)
    await tell({ type: 'complained', message_id: messageId, email })
    t.equal((await read()).delivery, 'sent')
    t.match(await suppressed(email), [{ reason: 'complained', organization_id: null }])
    t.same(await eventsOf(app, `${org.path}/events`, 'invitation.delivery_failed'), [])
  })

  await t.test('only the invitation that was mailed, to whom it was mailed', async (t) => {
    const { id, email, path, read, messageId } = await mailed(app)
    const host = messageId.split('@')[1] ?? ''
    const others = [
      { message_id: messageId, email: 'somebody@else.test' },
      { message_id: `<${id}.2@${host}`, email },
      { message_id: `<x${id}.1@${host}`, email },
      { message_id: `<${id}.1@${host} <b@c>`, email },
      { message_id: `<${id}@${host}`, email },
      { message_id: '<evt_01jd3v8k2ffb5t0m5r6w9x7y3z.mem_1@x>', email },
      { message_id: `<${id.replace('inv_', 'mem_')}.1@${host}`, email }
    ]
    for (const event of others) {
      t.equal((await tell({ ...BOUNCED, ...event })).status, 200)
      t.equal((await read()).delivery, 'sent', event.message_id)
    }
    await call('DELETE', `/v1/mail-suppressions/${encodeURIComponent(email)}`)
    await call('POST', `${path}/resend`, { body: {} })
    await runAllJobs(deps)
    await tell({ ...BOUNCED, message_id: messageId, email })
    t.equal((await read()).delivery, 'sent', 'the bounce of an earlier mail')
    const bare = messageId.replace('.1@', '.2@').replace(/[<>]/g, '')
    await tell({ ...BOUNCED, message_id: bare, email: email.toUpperCase() })
    t.equal((await read()).delivery, 'failed', 'as providers write it')
  })

  await t.test('an invitation that is over is left alone', async (t) => {
    const { email, path, read, messageId } = await mailed(app)
    await call('DELETE', path)
    await tell({ ...BOUNCED, message_id: messageId, email })
    t.match(await read(), { status: 'canceled', delivery: 'sent' })
  })

  await t.test('a bounce that is faster than we are is not forgotten', async (t) => {
    const org = await app.organization()
    const email = `${app.unique('fast')}@acme.test`
    const send = deps.mailer.send.bind(deps.mailer)
    const restore = t.intercept(deps.mailer, 'send', {
      value: async (mail: Parameters<typeof send>[0]) => {
        await send(mail)
        await tell({ ...BOUNCED, message_id: mail.messageId, email })
      }
    })
    const { body } = await call('POST', `${org.path}/invitations`, { body: { emails: email } })
    await runAllJobs(deps)
    restore.restore()
    const { id } = body.data[0].invitation
    t.equal((await call('GET', `${org.path}/invitations/${id}`)).body.delivery, 'failed')
  })

  await t.test('whoever cannot sign is told nothing, and changes nothing', async (t) => {
    const { email, messageId } = await mailed(app)
    const event = { ...BOUNCED, message_id: messageId, email }
    const raw = JSON.stringify(event)
    const minutes = (count: number) => new Date(START.getTime() + count * MINUTE_MS - 1_000)
    const before = await dumpRows(deps.db)
    const refused: Record<string, Parameters<typeof tellMailEvent>[2]> = {
      'another secret': { secret: `whsec_${Buffer.alloc(32, 8).toString('base64')}` },
      'an old one': { sentAt: minutes(-5) },
      'one from the future': { sentAt: new Date(START.getTime() + 5 * MINUTE_MS + 1_000) },
      'another time than was signed': { headers: { 'webhook-timestamp': '1893456001' } },
      'no number': { headers: { 'webhook-timestamp': '1893456000.5' } },
      'another id': { headers: { 'webhook-id': 'msg_2' } },
      'no id': { headers: { 'webhook-id': undefined } },
      'no time': { headers: { 'webhook-timestamp': undefined } },
      'no signature': { headers: { 'webhook-signature': undefined } },
      'another version': { headers: { 'webhook-signature': 'v2,AAAA' } },
      'an empty one': { headers: { 'webhook-signature': '' } },
      'no JSON': { raw: '{' },
      'one byte more': { raw: `${raw} ` },
      nothing: { raw: '' }
    }
    for (const [what, delivery] of Object.entries(refused)) {
      const { status, body } = await tell(event, delivery)
      t.match([status, body['code']], [401, 'signature_invalid'], what)
    }
    for (let at = 0; at < raw.length; at += 7) {
      const flipped =
        raw.slice(0, at) + String.fromCharCode(raw.charCodeAt(at) ^ 1) + raw.slice(at + 1)
      t.equal((await tell(event, { raw: flipped })).status, 401, `byte ${at}`)
    }
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('one signature of several is enough, within five minutes', async (t) => {
    const { email, messageId } = await mailed(app)
    const event = { ...BOUNCED, message_id: messageId, email }
    const { Webhook } = await import('standardwebhooks')
    const sentAt = new Date(START.getTime() - 4 * MINUTE_MS)
    const signature = new Webhook(MAIL_EVENTS_SECRET).sign('msg_1', sentAt, JSON.stringify(event))
    const headers = { 'webhook-signature': `v1,AAAA v1a,BBBB ${signature}` }
    t.match(await tell(event, { sentAt, headers }), { status: 200, body: { changed: true } })
  })

  await t.test('what is signed but not understood is a bad request', async (t) => {
    const fine = { ...BOUNCED, message_id: '<x@y.test>', email: 'ana@acme.test' }
    for (const wrong of [
      { ...fine, type: 'opened' },
      { ...fine, email: 'nobody' },
      { ...fine, message_id: 'x'.repeat(500) },
      { ...fine, more: 1 },
      []
    ]) {
      const { status, body } = await tell(wrong)
      t.match([status, body['code']], [400, 'invalid_request'])
    }
    t.equal((await tell({ ...fine, detail: 'x'.repeat(20_000) })).status, 413)
  })
})

await t.test('without a secret there are no mail events', async (t) => {
  const app = await createTestApp(t)
  const { status, body } = await tellMailEvent(app, {})
  t.match([status, body['code']], [404, 'mail_events_off'])
})
