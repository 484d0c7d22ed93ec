import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { deploymentEvents } from '../../helpers/mail-events.js'
import { deliveriesTo, endDelivery, endpointFor, testDelivery } from '../../helpers/webhooks.js'

const HOUR_MS = 3_600_000
const hours = (count: number) => new Date(START.getTime() + count * HOUR_MS)

await t.test('POST /v1/webhook-endpoints/{id}/recover', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const quiet = () => endpointFor(app, { event_types: ['group.created'] })
  const recover = (path: string, since: unknown) =>
    call('POST', `${path}/recover`, { body: { since } })
  const requested = () => deploymentEvents(app, 'webhook_endpoint.recovery_requested')

  await t.test('everything that was lost since, and nothing else', async (t) => {
    const [endpoint, other] = [await quiet(), await quiet()]
    const lost = async (
      at: number,
      status: 'failed' | 'discarded' | 'delivered',
      whose = endpoint
    ) => {
      clock.now = hours(at)
      const { id } = await testDelivery(app, whose)
      await endDelivery(app, id, status)
      return id
    }
    const before = await lost(0, 'failed')
    const failed = await lost(1, 'failed')
    const discarded = await lost(2, 'discarded')
    const delivered = await lost(2, 'delivered')
    const others = await lost(2, 'failed', other)
    clock.now = hours(3)
    const answer = await recover(endpoint.path, hours(1).toISOString())
    t.match([answer.status, answer.body], [200, { recovered: 2, has_more: false }])
    const statuses = new Map<string, string>()
    for (const whose of [endpoint, other]) {
      for (const { id, status } of await deliveriesTo(app, whose)) statuses.set(id, status)
    }
    t.same(
      [before, failed, discarded, delivered, others].map((id) => statuses.get(id)),
      ['failed', 'pending', 'pending', 'delivered', 'failed']
    )
    t.match((await deliveriesTo(app, endpoint, '&status=pending'))[0], {
      attempts_count: 0,
      next_attempt_at: hours(3).toISOString(),
      ended_at: null
    })
    const [event] = await requested()
    t.match(event, { actorType: 'api_key', subjectId: endpoint.id, changes: {} })
    t.same(event?.data, { since: hours(1).toISOString(), recovered: 2 })
  })

  await t.test('asking again finds nothing, and leaves no event', async (t) => {
    const endpoint = await quiet()
    const { id } = await testDelivery(app, endpoint)
    await endDelivery(app, id, 'failed')
    const since = START.toISOString()
    t.match((await recover(endpoint.path, since)).body, { recovered: 1 })
    const before = await dumpRows(deps.db)
    t.same((await recover(endpoint.path, since)).body, { recovered: 0, has_more: false })
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('what has no event any more stays as it is', async (t) => {
    const endpoint = await quiet()
    const { id } = await testDelivery(app, endpoint)
    await endDelivery(app, id, 'failed')
    await deps.db.execute(sql`
      update webhook_deliveries set event_id = gen_random_uuid() where id = ${idToUuid('dlv', id)}`)
    t.same((await recover(endpoint.path, START.toISOString())).body, {
      recovered: 0,
      has_more: false
    })
  })

  await t.test('10,000 at a time, the oldest first', async (t) => {
    const endpoint = await quiet()
    const { id } = await testDelivery(app, endpoint)
    await endDelivery(app, id, 'failed')
    await deps.db.execute(sql`
      insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_keep_until,
        event_type, position, status, attempts, created_at, ended_at)
      select organization_id, gen_random_uuid(), endpoint_id, event_id, event_keep_until, event_type,
        position, status, attempts, created_at + n * interval '1 second', ended_at
      from webhook_deliveries, generate_series(1, 10001) n where id = ${idToUuid('dlv', id)}`)
    clock.now = hours(24)
    const since = START.toISOString()
    t.same((await recover(endpoint.path, since)).body, { recovered: 10_000, has_more: true })
    const left = await deliveriesTo(app, endpoint, '&status=failed')
    t.same(
      left.map((one: { created_at: string }) => one.created_at).sort(),
      [10_000, 10_001].map((n) => new Date(START.getTime() + n * 1_000).toISOString())
    )
    t.same((await recover(endpoint.path, since)).body, { recovered: 2, has_more: false })
  })

  await t.test('of the last 30 days, where it is enabled', async (t) => {
    const endpoint = await quiet()
    const before = await dumpRows(deps.db)
    const ago = (ms: number) => new Date(START.getTime() - ms).toISOString()
    for (const since of [ago(30 * DAY_MS + 1), ago(-1), '0000-01-01T00:00:00Z']) {
      const { status, body } = await recover(endpoint.path, since)
      t.match([status, body.code, body.days], [422, 'recovery_range', 30], since)
    }
    for (const since of ['yesterday', '2029-12-31', 1, null, undefined]) {
      t.match((await recover(endpoint.path, since)).body.code, 'invalid_request')
    }
    t.same((await recover(endpoint.path, ago(30 * DAY_MS))).status, 200)
    t.same(await dumpRows(deps.db), before)
    await call('PATCH', endpoint.path, { body: { enabled: false } })
    const { status, body } = await recover(endpoint.path, ago(DAY_MS))
    t.match([status, body.code], [409, 'webhook_endpoint_disabled'])
    t.equal(
      (await recover('/v1/webhook-endpoints/whe_01jd3v8k2ffb5t0m5r6w9x7y3z', ago(0))).status,
      404
    )
  })
})
