import t, { type Test } from 'tap'
import { jobs } from '../../src/db/tables/jobs.js'
import { JOBS } from '../../src/jobs/index.js'
import { relayJobs } from '../../src/jobs/relay.js'
import { buildWorker } from '../../src/worker.js'
import { createTestApp, DAY_MS, START } from '../helpers/app.js'
import { until } from '../helpers/database.js'
import { PATIENCE_MS } from '../helpers/processes.js'
import { type SmtpDouble, startSmtpDouble } from '../helpers/smtp.js'

t.setTimeout(5 * PATIENCE_MS)

/** The service with a worker that does not wait, an organization, and its mail server. */
async function setUp(t: Test, { withWorker = true } = {}) {
  const smtp = await startSmtpDouble(t)
  const app = await createTestApp(t, {
    environment: { SMTP_URL: smtp.url },
    ...(withWorker ? { worker: { backoffMs: 10 } } : {})
  })
  const { path } = await app.organization()
  const { call } = app

  const invite = async (email: string) => {
    const { body } = await call('POST', `${path}/invitations`, { body: { emails: [email] } })
    const at = `${path}/invitations/${body.data[0].invitation.id}`
    return { at, id: body.data[0].invitation.id as string }
  }
  const untilDelivery = (at: string, delivery: string) =>
    until(async () => (await call('GET', at)).body.delivery === delivery, PATIENCE_MS)
  const rows = () => app.deps.db.select().from(jobs)
  const untilDone = () => until(async () => (await rows()).length === 0, PATIENCE_MS)
  return { ...app, smtp, path, invite, untilDelivery, rows, untilDone }
}

const idsOf = (mails: SmtpDouble['tried']) => new Set(mails.map(({ messageId }) => messageId))

await t.test(
  'send-invitation-email: a mail that is refused for a while is tried again until sent',
  async (t) => {
    const { smtp, invite, untilDelivery, untilDone, call } = await setUp(t)
    smtp.manner = 'refuse'
    const { at } = await invite('ana@acme.test')
    await until(async () => smtp.tried.length >= 3)
    smtp.manner = 'accept'
    await untilDelivery(at, 'sent')

    t.match(smtp.received, [{ to: 'ana@acme.test' }])
    t.equal(idsOf(smtp.tried).size, 1, 'one Message-ID, however often it is tried')
    const { body } = await call('GET', at)
    t.match(body, { delivery: 'sent', sent_at: START.toISOString() })
    await untilDone()
  }
)

await t.test(
  'a mail that is refused for ever is given up and told; a resend goes out',
  async (t) => {
    const { smtp, invite, untilDelivery, rows, call, path } = await setUp(t)
    smtp.manner = 'refuse'
    const { at, id } = await invite('ana@acme.test')
    await untilDelivery(at, 'failed')
    const failed = () => call('GET', `${path}/events?type=invitation.delivery_failed`)
    t.match((await failed()).body.data, [
      { subject: { id }, changes: { delivery: ['queued', 'failed'] }, actor: { type: 'system' } }
    ])
    const [row] = await until(async () => {
      const all = await rows()
      return all[0]?.failedAt != null && all
    })
    t.match(row, { attempts: 7, lastError: /Try again later/, failedAt: START, handOverAt: null })
    t.equal(smtp.tried.length, 7)

    smtp.manner = 'accept'
    const resent = await call('POST', `${at}/resend`, { body: { via: 'email' } })
    t.match(resent, { status: 200, body: { invitation: { delivery: 'queued' } } })
    await untilDelivery(at, 'sent')
    t.match(smtp.received, [{ to: 'ana@acme.test' }])
    t.equal(idsOf(smtp.tried).size, 2, 'the resend is a mail of its own')
    t.equal((await failed()).body.data.length, 1)
    await until(async () => (await rows()).length === 1)
    t.match(await rows(), [{ id: row?.id }], 'what was given up stays visible to operators')
  }
)

await t.test('a job that is handed over twice sends once', async (t) => {
  const { smtp, invite, untilDelivery, untilDone, deps, rows } = await setUp(t, {
    withWorker: false
  })
  const { at } = await invite('ana@acme.test')
  t.equal(await relayJobs(deps, JOBS), 1)
  await deps.db.update(jobs).set({ handOverAt: START })
  t.equal(await relayJobs(deps, JOBS), 1)
  const [queued] = await deps.queue.queue.getWaiting()
  t.equal(await deps.queue.queue.getWaitingCount(), 1, 'the queue knows it already')

  const worker = buildWorker(deps, { backoffMs: 10, sweeps: false })
  t.teardown(() => worker.close())
  await untilDelivery(at, 'sent')
  await untilDone()
  if (!queued) throw new Error('it was waiting above')
  await deps.queue.queue.add(queued.name, queued.data, { jobId: `${queued.data.job_id}-again` })
  await until(async () => (await deps.queue.queue.getJobCountByTypes('waiting', 'active')) === 0)
  t.equal(smtp.tried.length, 1)
  t.same(await rows(), [])
})

await t.test('an invitation that has ended before its mail went is not mailed', async (t) => {
  const { smtp, invite, call, path, accept, clock, deps, untilDone } = await setUp(t, {
    withWorker: false
  })
  const linkOf = async (at: string) => {
    const { body } = await call('POST', `${at}/resend`, { body: { via: 'link' } })
    return String(body.link).split('/').at(-1) ?? ''
  }
  const accepted = await invite('accepted@acme.test')
  const token = await linkOf(accepted.at)
  t.equal((await accept(token, { id: 'u_ana', email: 'accepted@acme.test' })).status, 200)
  const declined = await invite('declined@acme.test')
  const body = { token: await linkOf(declined.at) }
  t.equal((await call('POST', '/v1/invitations/decline', { body, key: null })).status, 200)
  const canceled = await invite('canceled@acme.test')
  t.equal((await call('DELETE', canceled.at)).status, 200)
  await invite('expired@acme.test')
  clock.now = new Date(START.getTime() + 8 * DAY_MS)
  const open = await invite('open@acme.test')
  t.match((await call('GET', `${path}/invitations?status=expired`)).body.data, [
    { email: 'expired@acme.test' }
  ])

  const worker = buildWorker(deps, { backoffMs: 10, sweeps: false })
  t.teardown(() => worker.close())
  await untilDone()
  t.same(
    smtp.tried.map(({ to }) => to),
    ['open@acme.test']
  )
  t.equal((await call('GET', open.at)).body.delivery, 'sent')
})

await t.test('a resend overtakes the mail that has not gone yet', async (t) => {
  const { smtp, invite, call, deps, untilDone } = await setUp(t, { withWorker: false })
  const { at } = await invite('ana@acme.test')
  await call('POST', `${at}/resend`, { body: { via: 'email' } })
  const worker = buildWorker(deps, { backoffMs: 10, sweeps: false })
  t.teardown(() => worker.close())
  await untilDone()
  t.equal(smtp.tried.length, 1, 'one mail, not two')
  t.equal((await call('GET', at)).body.delivery, 'sent')
})
