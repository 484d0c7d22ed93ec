import { eq } from 'drizzle-orm'
import t from 'tap'
import { webhookEndpoints } from '../../../src/db/tables/webhooks.js'
import { createTestApp, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { dumpRows } from '../../helpers/dump.js'
import { deploymentEvents } from '../../helpers/mail-events.js'
import { LOCAL_WEBHOOKS, startReceiver, verifyBy } from '../../helpers/receiver.js'
import { deliveriesTo, endpointFor, HOOKS } from '../../helpers/webhooks.js'

await t.test('POST /v1/webhook-endpoints/{id}/test', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app

  await t.test('makes one delivery, to this endpoint alone, whatever its types are', async (t) => {
    const everything = await endpointFor(app)
    const endpoint = await endpointFor(app, { event_types: ['group.created'] })
    const { length } = await deliveriesTo(app, everything)
    const { status, body } = await call('POST', `${endpoint.path}/test`)
    t.equal(status, 202)
    const [event] = await deploymentEvents(app, 'webhook_endpoint.tested')
    t.match(event, {
      actorType: 'api_key',
      subjectType: 'webhook_endpoint',
      subjectId: endpoint.id,
      data: {},
      changes: {}
    })
    t.same(body, {
      id: body.id,
      endpoint_id: endpoint.id,
      event_id: event?.id,
      event_type: 'webhook_endpoint.tested',
      organization_id: null,
      status: 'pending',
      attempts_count: 0,
      next_attempt_at: START.toISOString(),
      created_at: START.toISOString(),
      ended_at: null
    })
    t.same(await deliveriesTo(app, endpoint), [body])
    t.equal((await deliveriesTo(app, everything)).length, length, 'not to the one of everything')
    const { body: details } = await call('GET', `${endpoint.path}/deliveries/${body.id}`)
    t.match(details.request, { url: HOOKS, body: { id: event?.id, type: event?.type } })
    t.same(details.attempts, [])
  })

  await t.test('ends a pause: whoever asks wants to know now', async (t) => {
    const endpoint = await endpointFor(app)
    await deps.db
      .update(webhookEndpoints)
      .set({ pausedUntil: new Date('2030-01-02'), failures: 9, failingSince: START })
      .where(eq(webhookEndpoints.id, endpoint.id))
    t.equal((await call('POST', `${endpoint.path}/test`)).status, 202)
    const { body } = await call('GET', endpoint.path)
    t.match(body, { paused_until: null, failing_since: START.toISOString() })
  })

  await t.test('is refused for a disabled one, also when that has just happened', async (t) => {
    const endpoint = await endpointFor(app)
    const { answer } = await deps.db.transaction(async (tx) => {
      const isThis = eq(webhookEndpoints.id, endpoint.id)
      await tx
        .update(webhookEndpoints)
        .set({ enabled: false, disabledAt: START, disabledReason: 'gone' })
        .where(isThis)
      const answer = call('POST', `${endpoint.path}/test`)
      await untilBlocked(deps.db)
      return { answer }
    })
    t.match(await answer, { status: 409, body: { code: 'webhook_endpoint_disabled' } })
    const before = await dumpRows(deps.db)
    const { body } = await call('POST', `${endpoint.path}/test`, {
      headers: { 'accept-language': 'fr' }
    })
    t.match(body.title, 'Point de réception désactivé')
    t.same(await dumpRows(deps.db), before)
    const missing = '/v1/webhook-endpoints/whe_01jd3v8k2ffb5t0m5r6w9x7y3z/test'
    t.equal((await call('POST', missing)).status, 404)
  })
})

await t.test('a test is sent and signed like any other event', async (t) => {
  const app = await createTestApp(t, { environment: LOCAL_WEBHOOKS, worker: { backoffMs: 10 } })
  app.clock.now = new Date()
  const receiver = await startReceiver(t)
  const endpoint = await endpointFor(app, { url: receiver.url, event_types: ['group.created'] })
  const { body } = await app.call('POST', `${endpoint.path}/test`)
  const [received] = await receiver.untilReceived(1)
  if (!received) throw new Error('it was waited for')
  t.match(verifyBy(endpoint.secret, received), { type: 'webhook_endpoint.tested' })
  t.equal(received.id, body.event_id)
})
