import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp, START } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { deploymentEvents } from '../../helpers/mail-events.js'
import { deliveriesTo, endDelivery, endpointFor, testDelivery } from '../../helpers/webhooks.js'

const LATER = new Date(START.getTime() + 3_600_000)

await t.test('POST /v1/webhook-endpoints/{id}/deliveries/{id}/redeliver', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps } = app
  t.beforeEach(() => {
    clock.now = START
  })

  await t.test('begins again, whatever became of it', async (t) => {
    const endpoint = await endpointFor(app, { event_types: ['group.created'] })
    for (const status of ['delivered', 'failed', 'discarded'] as const) {
      clock.now = START
      const delivery = await testDelivery(app, endpoint)
      await endDelivery(app, delivery.id, status)
      clock.now = LATER
      const answer = await call('POST', `${delivery.path}/redeliver`)
      t.equal(answer.status, 202)
      t.match(answer.body, {
        id: delivery.id,
        event_id: delivery.eventId,
        status: 'pending',
        attempts_count: 0,
        next_attempt_at: LATER.toISOString(),
        created_at: START.toISOString(),
        ended_at: null
      })
      t.match((await call('GET', delivery.path)).body, answer.body)
      const [event] = await deploymentEvents(app, 'webhook_endpoint.redelivery_requested')
      t.match(event, { actorType: 'api_key', subjectId: endpoint.id, changes: {} })
      t.same(event?.data, { delivery_id: delivery.id, event_id: delivery.eventId })
    }
  })

  await t.test('tells the endpoint of everything of itself, once', async (t) => {
    const endpoint = await endpointFor(app)
    const { id, path } = await testDelivery(app, endpoint)
    await endDelivery(app, id, 'failed')
    const { length } = await deliveriesTo(app, endpoint)
    await call('POST', `${path}/redeliver`)
    const [told, ...others] = await deliveriesTo(app, endpoint)
    t.equal(told.event_type, 'webhook_endpoint.redelivery_requested')
    t.equal(others.length, length)
  })

  await t.test('is refused while it is pending, or nothing is sent there', async (t) => {
    const endpoint = await endpointFor(app)
    const { id, path } = await testDelivery(app, endpoint)
    const again = async () => {
      const { status, body } = await call('POST', `${path}/redeliver`)
      return [status, body.code]
    }
    t.same(await again(), [409, 'delivery_pending'])
    await endDelivery(app, id, 'failed')
    await call('PATCH', endpoint.path, { body: { enabled: false } })
    const before = await dumpRows(deps.db)
    t.same(await again(), [409, 'webhook_endpoint_disabled'])
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('is refused once the event is gone; what was is still told', async (t) => {
    const endpoint = await endpointFor(app)
    const { id, path } = await testDelivery(app, endpoint)
    await endDelivery(app, id, 'failed')
    await deps.db.transaction(async (tx) => {
      await tx.execute(sql`select set_config('muster.retention', 'over', true)`)
      await tx.execute(sql`delete from events where type = 'webhook_endpoint.tested'`)
    })
    const { status, body } = await call('POST', `${path}/redeliver`)
    t.match([status, body.code], [410, 'delivery_event_gone'])
    t.match((await call('GET', path)).body, { status: 'failed', request: { body: null } })
  })

  await t.test('a delivery of another endpoint is none', async (t) => {
    const [one, two] = [await endpointFor(app), await endpointFor(app)]
    const { id } = await testDelivery(app, one)
    await endDelivery(app, id, 'failed')
    const before = await dumpRows(deps.db)
    const missing = 'dlv_01jd3v8k2ffb5t0m5r6w9x7y3z'
    for (const path of [`${two.path}/deliveries/${id}`, `${one.path}/deliveries/${missing}`]) {
      t.equal((await call('GET', path)).status, 404)
      t.equal((await call('POST', `${path}/redeliver`)).status, 404)
    }
    const wrong = `${one.path}/deliveries/evt_01jd3v8k2ffb5t0m5r6w9x7y3z/redeliver`
    t.equal((await call('POST', wrong)).status, 400)
    t.same(await dumpRows(deps.db), before)
  })
})
