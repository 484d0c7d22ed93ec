import { eq } from 'drizzle-orm'
import t from 'tap'
import { webhookEndpoints } from '../../../src/db/tables/webhooks.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { dumpRows } from '../../helpers/dump.js'
import { deploymentEvents } from '../../helpers/mail-events.js'
import {
  deliveriesTo,
  endDelivery,
  endpointFor,
  HOOKS,
  testDelivery
} from '../../helpers/webhooks.js'

const HOUR_MS = 3_600_000

await t.test('PATCH /v1/webhook-endpoints/{id}', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, organization } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const updated = () => deploymentEvents(app, 'webhook_endpoint.updated')
  const disabled = () => deploymentEvents(app, 'webhook_endpoint.disabled')

  await t.test('changes what is given, and tells what was before', async (t) => {
    const { path, id } = await endpointFor(app)
    const org = await organization()
    clock.now = new Date(START.getTime() + HOUR_MS)
    const fields = {
      url: 'https://hooks.acme.test/new',
      description: 'Billing',
      event_types: ['member.*'],
      organization_ids: [org.id],
      ordered: true,
      contact_email: 'ops@acme.test'
    }
    const { status, body } = await call('PATCH', path, { body: fields })
    t.equal(status, 200)
    t.match(body, { ...fields, id, enabled: true, created_at: START.toISOString() })
    t.equal(body.updated_at, clock.now.toISOString())
    t.same((await call('GET', path)).body, body)
    const [event] = await updated()
    t.match(event, { actorType: 'api_key', subjectId: id, data: {} })
    t.same(event?.changes, {
      url: [HOOKS, fields.url],
      description: [null, 'Billing'],
      event_types: [['*'], ['member.*']],
      organization_ids: [null, [org.id]],
      ordered: [false, true],
      contact_email: [null, 'ops@acme.test']
    })
    const back = { description: null, organization_ids: null, contact_email: null }
    t.match((await call('PATCH', path, { body: back })).body, { ...back, url: fields.url })
  })

  await t.test('a call that changes nothing leaves no event, and no later date', async (t) => {
    const { path } = await endpointFor(app, { event_types: ['member.*', 'group.*'] })
    const before = await dumpRows(deps.db)
    clock.now = new Date(START.getTime() + HOUR_MS)
    const same = {
      url: 'https://HOOKS.acme.test/x/../muster',
      event_types: ['group.*', 'member.*'],
      organization_ids: null,
      enabled: true,
      contact_email: null
    }
    const { status, body } = await call('PATCH', path, { body: same })
    t.match([status, body.updated_at], [200, START.toISOString()])
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('other types and organizations hold from then on', async (t) => {
    const [one, two] = [await organization(), await organization()]
    const fields = { event_types: ['group.created'], organization_ids: [one.id] }
    const endpoint = await endpointFor(app, fields)
    const group = (path: string) => call('POST', `${path}/groups`, { body: { name: 'Sales' } })
    const told = async () =>
      (await deliveriesTo(app, endpoint)).map(
        (one: { organization_id: unknown; event_type: unknown }) => [
          one.organization_id,
          one.event_type
        ]
      )
    for (const { path } of [one, two]) await group(path)
    t.same(await told(), [[one.id, 'group.created']])
    await call('PATCH', endpoint.path, { body: { organization_ids: [two.id] } })
    for (const { path } of [one, two]) await group(path)
    t.same(await told(), [
      [two.id, 'group.created'],
      [one.id, 'group.created']
    ])
    await call('PATCH', endpoint.path, { body: { event_types: ['role.*'] } })
    await group(two.path)
    t.equal((await told()).length, 2)
  })

  await t.test('disabling discards what is waiting, and nothing comes after it', async (t) => {
    const org = await organization()
    const endpoint = await endpointFor(app, { event_types: ['group.*'] })
    const group = () => call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })
    await group()
    await group()
    const [sent] = await deliveriesTo(app, endpoint)
    await endDelivery(app, sent.id, 'delivered')
    clock.now = new Date(START.getTime() + HOUR_MS)
    const body = { enabled: false, description: 'Off' }
    const answer = await call('PATCH', endpoint.path, { body })
    const now = clock.now.toISOString()
    t.match(answer.body, {
      enabled: false,
      disabled_at: now,
      disabled_reason: 'manual',
      description: 'Off',
      updated_at: now
    })
    t.match(await deliveriesTo(app, endpoint), [
      { status: 'delivered' },
      { status: 'discarded', next_attempt_at: null, ended_at: now }
    ])
    t.match(await disabled(), [
      {
        subjectId: endpoint.id,
        actorType: 'api_key',
        data: { reason: 'manual', url: HOOKS },
        changes: { enabled: [true, false] }
      }
    ])
    t.same((await updated())[0]?.changes, { description: [null, 'Off'] })
    await group()
    t.equal((await deliveriesTo(app, endpoint)).length, 2)
    const before = await dumpRows(deps.db)
    t.equal((await call('PATCH', endpoint.path, { body })).status, 200, 'again')
    t.same(await dumpRows(deps.db), before, 'which changes nothing')
  })

  await t.test('enabling forgets how it was failing', async (t) => {
    const endpoint = await endpointFor(app)
    await deps.db
      .update(webhookEndpoints)
      .set({
        enabled: false,
        disabledAt: START,
        disabledReason: 'failing',
        failingSince: new Date(START.getTime() - 5 * DAY_MS),
        failures: 40,
        pausedUntil: new Date(START.getTime() + DAY_MS)
      })
      .where(eq(webhookEndpoints.id, endpoint.id))
    t.match((await call('GET', endpoint.path)).body, {
      disabled_reason: 'failing',
      failing_since: '2029-12-27T00:00:00.000Z',
      paused_until: '2030-01-02T00:00:00.000Z'
    })
    const { body } = await call('PATCH', endpoint.path, { body: { enabled: true } })
    t.match(body, {
      enabled: true,
      disabled_at: null,
      disabled_reason: null,
      failing_since: null,
      paused_until: null
    })
    const [row] = await deps.db
      .select()
      .from(webhookEndpoints)
      .where(eq(webhookEndpoints.id, endpoint.id))
    t.equal(row?.failures, 0)
    t.same((await updated())[0]?.changes, { enabled: [false, true] })
    t.equal((await call('POST', `${endpoint.path}/test`)).status, 202)
  })

  await t.test('refuses what creating refuses, and an empty change', async (t) => {
    const { path } = await endpointFor(app)
    const before = await dumpRows(deps.db)
    const refused: [body: unknown, status: number, code: string][] = [
      [{}, 400, 'invalid_request'],
      [{ url: null }, 400, 'invalid_request'],
      [{ event_types: [] }, 400, 'invalid_request'],
      [{ enabled: null }, 400, 'invalid_request'],
      [{ disabled_reason: 'gone' }, 400, 'invalid_request'],
      [{ secret: 'whsec_AAAA' }, 400, 'invalid_request'],
      [{ url: 'http://hooks.acme.test/' }, 422, 'webhook_url_insecure'],
      [{ url: 'https://192.168.0.1/' }, 422, 'webhook_address_not_allowed'],
      [{ organization_ids: ['org_01jd3v8k2ffb5t0m5r6w9x7y3z'] }, 422, 'organizations_unknown']
    ]
    for (const [body, status, code] of refused) {
      const answer = await call('PATCH', path, { body })
      t.match([answer.status, answer.body.code], [status, code], JSON.stringify(body))
    }
    const missing = '/v1/webhook-endpoints/whe_01jd3v8k2ffb5t0m5r6w9x7y3z'
    t.equal((await call('PATCH', missing, { body: { enabled: false } })).status, 404)
    t.equal((await call('GET', missing)).status, 404)
    t.equal((await call('GET', '/v1/webhook-endpoints/whe_1')).status, 400)
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('two who change it at once do so one after the other', async (t) => {
    const endpoint = await endpointFor(app)
    await testDelivery(app, endpoint)
    const patch = (body: unknown) => call('PATCH', endpoint.path, { body })
    const { answers } = await deps.db.transaction(async (tx) => {
      await tx
        .select()
        .from(webhookEndpoints)
        .where(eq(webhookEndpoints.id, endpoint.id))
        .for('no key update')
      const answers = [patch({ enabled: false })]
      await untilBlocked(deps.db, 1)
      answers.push(patch({ enabled: false, description: 'Off' }))
      await untilBlocked(deps.db, 2)
      return { answers }
    })
    const ended = await Promise.all(answers)
    t.same(
      ended.map(({ status }) => status),
      [200, 200]
    )
    t.match((await call('GET', endpoint.path)).body, { enabled: false, description: 'Off' })
    const events = (await disabled()).filter(({ subjectId }) => subjectId === endpoint.id)
    t.equal(events.length, 1, 'it is disabled once')
  })
})
