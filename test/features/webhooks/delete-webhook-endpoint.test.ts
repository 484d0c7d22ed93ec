import { sql } from 'drizzle-orm'
import t from 'tap'
import { webhookDeliveries, webhookEndpoints } from '../../../src/db/tables/webhooks.js'
import { DELIVERIES_MAX } from '../../../src/features/webhooks/clear-deliveries.js'
import { clearWebhookDeliveries } from '../../../src/features/webhooks/clear-webhook-deliveries.sweep.js'
import { idToUuid } from '../../../src/ids.js'
import { runSweep } from '../../../src/jobs/sweeper.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { deploymentEvents } from '../../helpers/mail-events.js'
import {
  deliveriesTo,
  type Endpoint,
  endDelivery,
  endpointFor,
  HOOKS,
  testDelivery
} from '../../helpers/webhooks.js'

/** Copies of a delivery, each of which has been attempted once. */
async function multiply({ deps }: TestApp, id: string, count: number, status: string) {
  await deps.db.execute(sql`
    with copies as (
      insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_keep_until,
        event_type, position, status, attempts, next_attempt_at, created_at, ended_at)
      select organization_id, gen_random_uuid(), endpoint_id, event_id, event_keep_until, event_type,
        position, ${status}, 1, case when ${status} = 'pending' then created_at end, created_at,
        case when ${status} <> 'pending' then created_at end
      from webhook_deliveries, generate_series(1, ${count}::int)
      where id = ${idToUuid('dlv', id)}
      returning organization_id, id)
    insert into webhook_attempts (organization_id, delivery_id, number, attempted_at, latency_ms, error)
    select organization_id, id, 1, now(), 5, 'no' from copies`)
}

/** Told of nothing that happens here. */
const QUIET = { event_types: ['group.created'] }

const countOf = async ({ deps }: TestApp, table: string) => {
  const { rows } = await deps.db.execute<{ count: number }>(
    sql`select count(*)::int as count from ${sql.identifier(table)}`
  )
  return rows[0]?.count
}

await t.test('DELETE /v1/webhook-endpoints/{id}', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const remove = ({ path }: Endpoint) => call('DELETE', path)
  t.afterEach(() => runSweep(deps, clearWebhookDeliveries))

  await t.test('ends it with its deliveries, and leaves an event and the others', async (t) => {
    const [endpoint, other] = [await endpointFor(app), await endpointFor(app)]
    const [gone, kept] = [await testDelivery(app, endpoint), await testDelivery(app, other)]
    await multiply(app, gone.id, 3, 'failed')
    const { status, body } = await remove(endpoint)
    t.match([status, body], [200, { id: endpoint.id, url: HOOKS, secret: undefined }])
    t.equal((await call('GET', endpoint.path)).status, 404)
    t.equal((await call('GET', `${endpoint.path}/deliveries`)).status, 404)
    t.equal((await call('GET', gone.path)).status, 404)
    t.equal((await call('GET', kept.path)).status, 200)
    t.equal(await countOf(app, 'webhook_attempts'), 0)
    t.match(await deploymentEvents(app, 'webhook_endpoint.deleted'), [
      { subjectId: endpoint.id, actorType: 'api_key', data: { url: HOOKS }, changes: {} }
    ])
    t.equal((await remove(endpoint)).status, 404, 'once')
    t.equal((await remove(other)).status, 200)
  })

  await t.test('of very many deliveries the sweep deletes the rest', async (t) => {
    const endpoint = await endpointFor(app, QUIET)
    const { id } = await testDelivery(app, endpoint)
    await multiply(app, id, DELIVERIES_MAX + 10, 'delivered')
    t.equal((await remove(endpoint)).status, 200)
    t.equal(await countOf(app, 'webhook_deliveries'), 11)
    await runSweep(deps, clearWebhookDeliveries)
    t.equal(await countOf(app, 'webhook_deliveries'), 0)
    t.equal(await countOf(app, 'webhook_attempts'), 0)
  })

  await t.test('waits for whoever changes it', async (t) => {
    const endpoint = await endpointFor(app)
    const { answer } = await deps.db.transaction(async (tx) => {
      await tx.select().from(webhookEndpoints).for('no key update')
      const answer = remove(endpoint)
      await untilBlocked(deps.db)
      return { answer }
    })
    t.equal((await answer).status, 200)
  })
})

await t.test('clear-webhook-deliveries: what waits for a disabled endpoint', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const [endpoint, other] = [await endpointFor(app, QUIET), await endpointFor(app, QUIET)]
  const [one, two] = [await testDelivery(app, endpoint), await testDelivery(app, other)]
  await multiply(app, one.id, DELIVERIES_MAX + 10, 'pending')
  const last = await testDelivery(app, endpoint)
  await endDelivery(app, last.id, 'delivered')
  await call('PATCH', endpoint.path, { body: { enabled: false } })
  const waiting = async () =>
    (await deliveriesTo(app, endpoint, '&status=pending&include_total=true')).length
  t.ok((await waiting()) > 0, 'more than a command takes on')
  await runSweep(deps, clearWebhookDeliveries)
  t.equal(await waiting(), 0)
  t.equal((await call('GET', last.path)).body.status, 'delivered')
  t.equal((await call('GET', two.path)).body.status, 'pending', 'the other is enabled')
  t.equal(await clearWebhookDeliveries.run(deps), 0)
  t.equal(await deps.db.$count(webhookDeliveries), DELIVERIES_MAX + 13)
})

await t.test('clear-webhook-deliveries: what is told at the moment of a deletion', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { call, deps } = app
  const org = await app.organization()
  const endpoint = await endpointFor(app, { event_types: ['group.*'] })
  const { removed } = await deps.db.transaction(async (tx) => {
    await tx.execute(sql`
      insert into events (organization_id, id, keep_until, type, occurred_at, actor_type,
        subject_type, subject_id, data, changes)
      values (${idToUuid('org', org.id)}, gen_random_uuid(), '9999-01-01Z', 'group.created', now(),
        'system', 'group', 'grp', '{}', '{}')`)
    const removed = await call('DELETE', endpoint.path)
    return { removed }
  })
  t.equal(removed.status, 200)
  t.equal(await countOf(app, 'webhook_deliveries'), 1, 'which nobody saw when it was deleted')
  await runSweep(deps, clearWebhookDeliveries)
  t.equal(await countOf(app, 'webhook_deliveries'), 0)
})
