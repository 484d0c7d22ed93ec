import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { countStatements } from '../../helpers/statements.js'
import { endDelivery, endpointFor, testDelivery } from '../../helpers/webhooks.js'

const HOUR_MS = 3_600_000
const hours = (count: number) => new Date(START.getTime() + count * HOUR_MS)

interface Listed {
  readonly id: string
  readonly event_id: string
  readonly event_type: string
  readonly organization_id: string | null
}

await t.test('GET /v1/webhook-endpoints/{id}/deliveries', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps } = app
  const org = await app.organization()
  const endpoint = await endpointFor(app, { event_types: ['group.*', 'role.*'] })
  const list = async (query = '') =>
    (await call('GET', `${endpoint.path}/deliveries${query}`)).body.data as Listed[]
  const idsOf = (all: readonly { readonly id: string }[]) => all.map(({ id }) => id)
  await call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })
  clock.now = hours(1)
  const role = { key: 'auditor', label: { en: 'Auditor' }, permissions: [] }
  await call('POST', `${org.path}/roles`, { body: role })
  clock.now = hours(2)
  const tested = await testDelivery(app, endpoint)
  await endDelivery(app, tested.id, 'failed')
  const [third, second, first] = await list()
  if (!first || !second || !third) throw new Error('there are three')

  await t.test('newest first, in pages', async (t) => {
    t.same(
      [third, second, first].map((one) => [one.event_type, one.organization_id]),
      [
        ['webhook_endpoint.tested', null],
        ['role.created', org.id],
        ['group.created', org.id]
      ]
    )
    const path = `${endpoint.path}/deliveries?limit=2&include_total=true`
    const { body: page } = await call('GET', path)
    t.match([page.total, page.has_more, idsOf(page.data)], [3, true, [third.id, second.id]])
    const { body: rest } = await call('GET', `${path}&cursor=${page.next_cursor}`)
    t.match([rest.has_more, idsOf(rest.data)], [false, [first.id]])
  })

  await t.test('by what they are', async (t) => {
    const at = (count: number) => encodeURIComponent(hours(count).toISOString())
    const found: [query: string, deliveries: Listed[]][] = [
      ['status=failed', [third]],
      ['status=pending', [second, first]],
      ['status=delivered', []],
      ['event_type=role.created', [second]],
      ['event_type=role.deleted', []],
      [`event_id=${second.event_id}`, [second]],
      [`event_id=${third.event_id}`, [third]],
      ['event_id=evt_01jd3v8k2ffb5t0m5r6w9x7y3z', []],
      [`organization_id=${org.id}`, [second, first]],
      [`from=${at(1)}`, [third, second]],
      [`to=${at(1)}`, [first]],
      [`from=${at(1)}&to=${at(2)}`, [second]],
      ['from=0000-01-01T00:00:00Z', [third, second, first]],
      ['to=9999-12-31T23:59:59-23:59', [third, second, first]],
      [`status=pending&event_type=group.created&organization_id=${org.id}`, [first]]
    ]
    for (const [query, deliveries] of found) {
      t.same(idsOf(await list(`?${query}`)), idsOf(deliveries), query)
    }
  })

  await t.test('refuses what it does not know', async (t) => {
    for (const query of [
      'status=lost',
      'event_type=*',
      'event_id=dlv_1',
      'organization_id=acme',
      'from=yesterday',
      'limit=101',
      'cursor=x',
      'subject=1'
    ]) {
      const { status } = await call('GET', `${endpoint.path}/deliveries?${query}`)
      t.equal(status, 400, query)
    }
  })

  await t.test('with as many statements, however many there are', async (t) => {
    const count = (path: string) => countStatements(t, () => call('GET', path))
    const [deliveries, endpoints] = [`${endpoint.path}/deliveries`, '/v1/webhook-endpoints']
    await count(deliveries)
    const before = [await count(deliveries), await count(endpoints)]
    await deps.db.execute(sql`
      insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_keep_until,
        event_type, position, status, attempts, created_at, ended_at)
      select organization_id, gen_random_uuid(), endpoint_id, event_id, event_keep_until, event_type,
        position, status, attempts, created_at, ended_at
      from webhook_deliveries, generate_series(1, 20) where id = ${idToUuid('dlv', tested.id)}`)
    await endpointFor(app)
    await endpointFor(app)
    t.same([await count(deliveries), await count(endpoints)], before)
  })

  await t.test('one of them tells what is sent and what was answered', async (t) => {
    await deps.db.execute(sql`
      insert into webhook_attempts (organization_id, delivery_id, number, attempted_at, latency_ms,
        status_code, response_headers, response_body, error)
      select organization_id, id, n, created_at, n, 500, '{"retry-after": "1"}'::jsonb, 'no', null
      from webhook_deliveries, generate_series(1, 101) n where id = ${idToUuid('dlv', first.id)}
      union all
      select organization_id, id, 102, created_at, 15000, null, null, null, 'timed out'
      from webhook_deliveries where id = ${idToUuid('dlv', first.id)}`)
    const { status, body } = await call('GET', `${endpoint.path}/deliveries/${first.id}`)
    t.equal(status, 200)
    const { request, attempts, ...delivery } = body
    t.same(delivery, first)
    const { body: log } = await call('GET', `${org.path}/events?type=group.created`)
    t.equal(request.url, 'https://hooks.acme.test/muster')
    t.same(request.body, log.data[0], 'as the log tells it')
    t.equal(attempts.length, 100, 'the last ones')
    t.same(attempts[98], {
      number: 101,
      attempted_at: START.toISOString(),
      latency_ms: 101,
      status_code: 500,
      response_headers: { 'retry-after': '1' },
      response_body: 'no',
      error: null
    })
    t.match(attempts[99], { number: 102, status_code: null, error: 'timed out' })
  })
})
