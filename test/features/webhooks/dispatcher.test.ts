import { sql } from 'drizzle-orm'
import t from 'tap'
import { buildWorker } from '../../../src/worker.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import {
  endpointAt,
  LOCAL_WEBHOOKS,
  type Manner,
  type Received,
  startReceiver,
  verifyBy
} from '../../helpers/receiver.js'

const OPTIONS = { worker: { backoffMs: 10 }, environment: LOCAL_WEBHOOKS }
const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

const later = (app: TestApp, ms: number) => {
  app.clock.now = new Date(app.clock.now.getTime() + ms)
}
/** Longer than a wait with its jitter. */
const past = (ms: number) => ms * 1.1 + 1
const answering =
  (...statuses: number[]): Manner =>
  () => ({ status: statuses.length > 1 ? (statuses.shift() ?? 0) : (statuses[0] ?? 0) })

async function deliveriesOf({ deps }: TestApp) {
  const { rows } = await deps.db.execute<{
    status: string
    attempts: number
    codes: (number | null)[]
    waits_ms: number | null
  }>(sql`
    select d.status, d.attempts,
      array(select a.status_code from webhook_attempts a where a.delivery_id = d.id
        order by a.number) as codes
    from webhook_deliveries d order by d.position`)
  return rows
}

const untilDeliveries = (app: TestApp, fits: (row: { status: string }) => boolean) =>
  until(async () => {
    const rows = await deliveriesOf(app)
    return rows.length > 0 && rows.every(fits) && rows
  })

const untilAttempted = (app: TestApp, count: number) =>
  until(async () => {
    const [row] = await deliveriesOf(app)
    return row?.codes.length === count && row
  })

await t.test('what is told reaches who asked for it', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  app.clock.now = new Date()
  const receiver = await startReceiver(t)
  const other = await startReceiver(t)
  const { secret } = await endpointAt(app, receiver.url, { event_types: ['organization.*'] })
  await endpointAt(app, other.url, { event_types: ['group.created'] })
  const org = await app.organization()
  const [received] = await receiver.untilReceived(1)
  t.match(received?.event, {
    type: 'organization.created',
    organization_id: org.id,
    actor: { type: 'api_key' },
    subject: { type: 'organization', id: org.id },
    data: { name: 'Acme' }
  })
  t.equal(received?.id, received?.event.id, 'the id of the message is the event’s')
  t.match(verifyBy(secret, received as Received), { type: 'organization.created' })
  t.throws(() => verifyBy(secret, { ...(received as Received), raw: `${received?.raw} ` }))

  const { body: group } = await app.call('POST', `${org.path}/groups`, { body: { name: 'One' } })
  await other.untilReceived(1)
  t.equal(other.received[0]?.event.subject.id, group.id)
  t.equal(receiver.received.length, 1, 'nobody is sent what they did not ask for')
  await untilDeliveries(app, ({ status }) => status === 'delivered')
})

await t.test('a command that is undone is told to nobody', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const receiver = await startReceiver(t)
  await endpointAt(app, receiver.url, { event_types: ['organization.created'] })
  await app.call('POST', '/v1/organizations', { body: { name: 'Nobody’s', policy: 'none' } })
  const org = await app.organization()
  await receiver.untilReceived(1)
  t.same(
    receiver.received.map(({ event }) => event.organization_id),
    [org.id]
  )
})

await t.test('what fails is sent again, later and later, and in the end no more', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const receiver = await startReceiver(t, answering(500))
  await endpointAt(app, receiver.url, { event_types: ['organization.created'] })
  await app.organization()
  const waits = [5_000, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS]
  for (const [index, wait] of [...waits, 10 * HOUR_MS].entries()) {
    const { status, attempts } = await untilAttempted(app, index + 1)
    t.match([status, attempts], ['pending', index + 1])
    later(app, past(wait))
  }
  const last = await untilAttempted(app, 8)
  t.match(last, { status: 'failed', attempts: 8, codes: Array.from({ length: 8 }, () => 500) })
  const ids = new Set(receiver.received.map(({ id }) => id))
  t.equal(ids.size, 1, 'under the same id, so that it can be told apart')
})

await t.test('one that fails and then succeeds is delivered', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const receiver = await startReceiver(t, answering(500, 200))
  await endpointAt(app, receiver.url, { event_types: ['organization.created'] })
  await app.organization()
  await untilAttempted(app, 1)
  later(app, past(5_000))
  t.match(await untilAttempted(app, 2), { status: 'delivered', codes: [500, 200] })
})

await t.test('a consumer says when it wants to be asked again', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const replies = [{ status: 429, headers: { 'retry-after': '3600' } }, { status: 200 }]
  const receiver = await startReceiver(t, () => replies.shift() ?? { status: 200 })
  await endpointAt(app, receiver.url, { event_types: ['organization.created'] })
  await app.organization()
  await untilAttempted(app, 1)
  later(app, HOUR_MS - 1_000)
  await app.organization()
  const other = await startReceiver(t)
  await endpointAt(app, other.url, { event_types: ['organization.created'] })
  await app.organization()
  await other.untilReceived(1)
  t.equal(receiver.received.length, 1, 'nor is it sent anything else until then')
  later(app, 2_000)
  await receiver.untilReceived(4)
})

await t.test('410 ends an endpoint, and what waited for it', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const receiver = await startReceiver(t, answering(410))
  const endpoint = await endpointAt(app, receiver.url, {
    event_types: ['organization.created'],
    contact_email: 'hooks@host.test'
  })
  await app.organization()
  const disabled = await until(async () => {
    const { body } = await app.call('GET', endpoint.path)
    return body.enabled === false && body
  })
  t.match(disabled, { disabled_reason: 'gone', disabled_at: String })
  const [mail] = await app.mailTo('hooks@host.test')
  t.match(mail, { subject: String })
  await app.organization()
  t.match(await deliveriesOf(app), [{ status: 'failed', codes: [410] }])
})

await t.test('an endpoint that never succeeds is disabled after five days', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const receiver = await startReceiver(t, answering(500))
  const endpoint = await endpointAt(app, receiver.url, { event_types: ['organization.created'] })
  const isEnabled = async () => (await app.call('GET', endpoint.path)).body.enabled as boolean
  await app.organization()
  for (let attempt = 1; attempt < 8; attempt += 1) {
    await untilAttempted(app, attempt)
    later(app, past(10 * HOUR_MS))
  }
  await untilAttempted(app, 8)
  t.equal(await isEnabled(), true)
  later(app, 48 * HOUR_MS)
  await app.organization()
  await until(async () => !(await isEnabled()))
  const { body } = await app.call('GET', endpoint.path)
  t.match(body, { disabled_reason: 'failing', failing_since: String })
})

await t.test('one that is dead delays nobody else', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const dead = await startReceiver(t, () => undefined)
  const alive = await startReceiver(t)
  await endpointAt(app, dead.url)
  await endpointAt(app, alive.url)
  await app.organization()
  await dead.untilReceived(1)
  await app.organization()
  const received = await alive.untilReceived(4)
  t.equal(new Set(received.map(({ id }) => id)).size, received.length)
})

await t.test('after some failures in a row only one is tried at a time', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const receiver = await startReceiver(t, answering(500))
  const endpoint = await endpointAt(app, receiver.url, { event_types: ['organization.created'] })
  for (let count = 0; count < 12; count += 1) await app.organization()
  const paused = await until(async () => {
    const { body } = await app.call('GET', endpoint.path)
    return body.paused_until !== null && body
  })
  t.ok(receiver.received.length < 12, 'the others were not tried')
  const before = receiver.received.length
  later(app, new Date(paused.paused_until).getTime() - app.clock.now.getTime() + 1)
  await receiver.untilReceived(before + 1)
  // Else that failure would be one of an hour later.
  await until(async () => {
    const { body } = await app.call('GET', endpoint.path)
    return body.paused_until !== paused.paused_until
  })
  receiver.manner = answering(200)
  later(app, HOUR_MS)
  await untilDeliveries(app, ({ status }) => status === 'delivered')
  const { body } = await app.call('GET', endpoint.path)
  t.match(body, { paused_until: null, failing_since: null })
})

await t.test('where it is asked for, the events of a team come one after the other', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const [first, second] = [await app.organization(), await app.organization()]
  const failing = new Set([first.id])
  const receiver = await startReceiver(t, ({ event }) => ({
    status: failing.has(event.organization_id) ? 500 : 200
  }))
  await endpointAt(app, receiver.url, { event_types: ['group.created'], ordered: true })
  for (const name of ['1', '2', '3']) {
    for (const { path } of [first, second]) {
      await app.call('POST', `${path}/groups`, { body: { name } })
    }
  }
  const namesOf = (id: string) =>
    receiver.received
      .filter(({ event }) => event.organization_id === id)
      .map(({ event }) => event.data.name as string)
  await until(async () => namesOf(second.id).length === 3)
  t.same(namesOf(second.id), ['1', '2', '3'], 'of another team, whatever happens to the first')
  t.same(namesOf(first.id), ['1'], 'none passes the one that failed')
  failing.clear()
  later(app, past(5_000))
  await until(async () => namesOf(first.id).length === 4)
  t.same(namesOf(first.id), ['1', '1', '2', '3'])
})

await t.test('two workers never send the same at the same time', async (t) => {
  const app = await createTestApp(t, OPTIONS)
  const second = buildWorker(app.deps, { sweeps: false })
  t.teardown(() => second.close())
  const receiver = await startReceiver(t)
  await endpointAt(app, receiver.url, { event_types: ['organization.created'] })
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(Array.from({ length: 8 }, () => app.organization()))
  }
  const rows = await until(async () => {
    const all = await deliveriesOf(app)
    return all.length === 40 && all.every(({ status }) => status === 'delivered') && all
  })
  t.ok(rows.every(({ codes }) => codes.length === 1))
  t.equal(receiver.received.length, 40)
})
