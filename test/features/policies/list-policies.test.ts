import t from 'tap'
import { PRESETS } from '../../../src/policy/presets.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { policyDocument } from '../../helpers/policies.js'

async function createApp(t: Parameters<typeof createTestApp>[0]) {
  const app = await createTestApp(t)
  const put = (key: string, fields: Record<string, unknown> = {}) =>
    app.call('PUT', `/v1/policies/${key}`, { body: { document: policyDocument(key, fields) } })
  await put('acme')
  await put('acme', { locale: 'fr' })
  return app
}

async function refusedTo({ call, apiKey, organization }: TestApp, path: string) {
  const { id } = await organization()
  const limited = await apiKey({ organization_ids: [id] })
  const writer = await apiKey({ scopes: ['policies:write'] })
  const answers = [limited, writer].map(({ key }) => call('GET', path, { key }))
  return (await Promise.all(answers)).map(({ body }) => body.code)
}

await t.test('GET /v1/policies', async (t) => {
  const app = await createApp(t)
  const list = async (query = '') => (await app.call('GET', `/v1/policies${query}`)).body

  await t.test(
    'lists each once, by key, with its newest version and without the document',
    async (t) => {
      const { data, has_more, next_cursor } = await list()
      t.same(
        data.map(({ key }: { key: string }) => key),
        ['acme', ...[...PRESETS.keys()].sort()]
      )
      t.match(data[0], { key: 'acme', version: 2, preset: false })
      t.match(data[1], { version: 1, preset: true })
      t.notOk('document' in data[0])
      t.same([has_more, next_cursor], [false, null])
    }
  )

  await t.test('goes on where the page before ended', async (t) => {
    const first = await list('?limit=3&include_total=true')
    t.match([first.data.length, first.has_more, first.total], [3, true, PRESETS.size + 1])
    const second = await list(`?limit=100&cursor=${first.next_cursor}`)
    t.equal(second.data.length, PRESETS.size - 2)
    t.notOk(second.has_more)
    const wrong = await app.call('GET', '/v1/policies?cursor=QQ')
    t.match([wrong.status, wrong.body.errors], [400, [{ pointer: 'querystring:/cursor' }]])
  })

  await t.test('is for keys of the whole deployment that may read policies', async (t) => {
    t.same(await refusedTo(app, '/v1/policies'), [
      'key_limited_to_organizations',
      'insufficient_scope'
    ])
  })
})

await t.test('GET /v1/policies/{key}', async (t) => {
  const app = await createApp(t)
  const get = (path: string) => app.call('GET', `/v1/policies/${path}`)

  await t.test('tells the newest version, or the one that is asked for', async (t) => {
    const { body } = await get('acme')
    t.match(body, { key: 'acme', version: 2, document: { locale: 'fr', roles: [{ min: 1 }] } })
    const { body: first } = await get('acme?version=1')
    t.match(first, { version: 1, document: { locale: 'en' } })
  })

  await t.test('tells a version as it was written, though Muster takes it no longer', async (t) => {
    await app.deps.db.execute(
      `insert into policies values ('acme', 3, '{"key": "acme", "former": [{"a": 1}]}', current_date)`
    )
    const { status, body } = await get('acme')
    t.match([status, body.document], [200, { key: 'acme', former: [{ a: 1 }] }])
    const put = await app.call('PUT', '/v1/policies/acme', {
      body: { document: policyDocument('acme') }
    })
    t.match([put.status, put.body.version], [200, 4], 'and it is replaced as any other')
  })

  await t.test('does not know what is not there', async (t) => {
    for (const path of ['nobody', 'acme?version=9']) t.equal((await get(path)).status, 404, path)
    for (const path of ['UPPER', 'acme?version=0', 'acme?version=99999999999', 'acme?v=1']) {
      t.equal((await get(path)).status, 400, path)
    }
  })

  await t.test('is for keys of the whole deployment that may read policies', async (t) => {
    t.same(await refusedTo(app, '/v1/policies/acme'), [
      'key_limited_to_organizations',
      'insufficient_scope'
    ])
  })
})
