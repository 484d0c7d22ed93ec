import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { endDelivery, endpointFor, HOOKS, testDelivery } from '../../helpers/webhooks.js'

const PATH = '/v1/webhook-endpoints'

await t.test('a key that is limited to organizations', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const [own, second, foreign] = [
    await app.organization(),
    await app.organization(),
    await app.organization()
  ]
  const { key } = await app.apiKey({ organization_ids: [own.id, second.id] })
  const of = (...organizations: { id: string }[]) => ({
    organization_ids: organizations.map(({ id }) => id)
  })
  const mine = await endpointFor(app, of(own, second))
  const others = [
    await endpointFor(app),
    await endpointFor(app, of(foreign)),
    await endpointFor(app, of(own, foreign))
  ]

  await t.test('sees the endpoints of its own alone', async (t) => {
    const { body } = await call('GET', `${PATH}?include_total=true`, { key })
    t.match([body.total, body.data.map(({ id }: { id: string }) => id)], [1, [mine.id]])
    t.equal((await call('GET', mine.path, { key })).status, 200)
    t.equal((await call('POST', `${mine.path}/test`, { key })).status, 202)
  })

  await t.test(
    'gets of all others what it gets of a missing one, and changes nothing',
    async (t) => {
      const missing = { path: `${PATH}/whe_01jd3v8k2ffb5t0m5r6w9x7y3z` }
      const ended: string[] = []
      for (const other of others) {
        const { id } = await testDelivery(app, other)
        await endDelivery(app, id, 'failed')
        ended.push(id)
      }
      const before = await dumpRows(deps.db)
      for (const [index, { path }] of [...others, missing].entries()) {
        const delivery = `${path}/deliveries/${ended[index] ?? 'dlv_01jd3v8k2ffb5t0m5r6w9x7y3z'}`
        const calls: [method: string, path: string, body?: object][] = [
          ['GET', path],
          ['PATCH', path, { enabled: false }],
          ['PATCH', path, of(own)],
          ['DELETE', path],
          ['POST', `${path}/rotate-secret`],
          ['POST', `${path}/test`],
          ['POST', `${path}/recover`, { since: '2029-12-31T00:00:00Z' }],
          ['GET', `${path}/deliveries`],
          ['GET', delivery],
          ['POST', `${delivery}/redeliver`]
        ]
        for (const [method, at, body] of calls) {
          const answer = await call(method, at, { key, ...(body === undefined ? {} : { body }) })
          t.match([answer.status, answer.body.code], [404, 'not_found'], `${method} ${at}`)
        }
      }
      t.same(await dumpRows(deps.db), before)
    }
  )

  await t.test('makes and changes them for its own alone', async (t) => {
    const create = (fields: object) =>
      call('POST', PATH, { key, body: { url: HOOKS, event_types: ['*'], ...fields } })
    const patch = (body: object) => call('PATCH', mine.path, { key, body })
    const before = await dumpRows(deps.db)
    for (const change of [create, patch]) {
      const refused: [fields: object, status: number, code: string][] = [
        [{ organization_ids: null }, 403, 'key_limited_to_organizations'],
        [of(foreign), 422, 'organizations_unknown'],
        [of(own, foreign), 422, 'organizations_unknown'],
        [of({ id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z' }), 422, 'organizations_unknown']
      ]
      for (const [fields, status, code] of refused) {
        const answer = await change(fields)
        t.match([answer.status, answer.body.code], [status, code], JSON.stringify(fields))
      }
    }
    t.equal((await create({})).body.code, 'key_limited_to_organizations')
    t.same(await dumpRows(deps.db), before)
    t.equal((await create(of(own))).status, 201)
    t.match((await patch({ ...of(second), ordered: true })).body, of(second))
  })

  await t.test('is told nothing of the deployment', async (t) => {
    const { body } = await call('GET', `${mine.path}/deliveries?limit=100`, { key })
    const types = body.data
      .filter((one: { organization_id: unknown }) => one.organization_id === null)
      .map((one: { event_type: unknown }) => one.event_type)
    t.same(types, ['webhook_endpoint.tested'], 'but of the test that it has asked for')
  })
})
