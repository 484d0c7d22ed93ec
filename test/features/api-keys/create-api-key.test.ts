import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('POST /v1/api-keys', async (t) => {
  const { call, organization, deps, clock, key: firstKey } = await createTestApp(t)
  const create = (fields: Record<string, unknown> = {}, key = firstKey) =>
    call('POST', '/v1/api-keys', { body: { name: 'test', scopes: ['*'], ...fields }, key })
  const status = async (key: string) => (await call('GET', '/v1/organizations', { key })).status

  await t.test('shows a key’s value once, and stores only a hash', async (t) => {
    const { status: created, body } = await create()
    t.equal(created, 201)
    const { api_key: token, id } = body
    t.equal(await status(token), 200)
    t.notOk('api_key' in (await call('GET', `/v1/api-keys/${id}`)).body)
    const { rows } = await deps.db.execute('select * from api_keys')
    t.notMatch(JSON.stringify(rows), token.split('_')[2])
  })

  await t.test('ends a key at its expiry, to the millisecond', async (t) => {
    const expires = new Date(START.getTime() + DAY_MS)
    const { body } = await create({ expires_at: expires.toISOString() })
    clock.now = new Date(expires.getTime() - 1)
    t.equal(await status(body.api_key), 200)
    clock.now = expires
    t.equal(await status(body.api_key), 401)
    t.match((await create({ expires_at: START.toISOString() })).body, { code: 'expiry_in_past' })
    clock.now = START
  })

  await t.test('never lets a key make one that may do more than itself', async (t) => {
    const { body: weak } = await create({ scopes: ['api-keys:write', 'members:read'] })
    const wants = async (fields: Record<string, unknown>) =>
      (await create(fields, weak.api_key)).body.code ?? 'created'
    t.equal(await wants({ scopes: ['members:read'] }), 'created')
    t.equal(await wants({ scopes: ['*'] }), 'scope_not_held')
    t.equal(await wants({ scopes: ['members:read', 'events:read'] }), 'scope_not_held')

    const [mine, other] = [await organization(), await organization()]
    const { body: limited } = await create({ organization_ids: [mine.id] })
    const limit = async (organization_ids: unknown) =>
      (await create({ organization_ids }, limited.api_key)).body.code ?? 'created'
    t.equal(await limit([mine.id]), 'created')
    t.equal(await limit([mine.id, other.id]), 'scope_not_held')
    t.equal(await limit(null), 'scope_not_held')
  })

  await t.test('never lets a key make one that outlives it', async (t) => {
    const at = (days: number) => new Date(START.getTime() + days * DAY_MS).toISOString()
    const { body: brief } = await create({ expires_at: at(2) })
    const wants = async (expires_at: string | null) =>
      (await create({ expires_at }, brief.api_key)).body.code ?? 'created'
    t.equal(await wants(at(1)), 'created')
    t.equal(await wants(at(2)), 'created')
    t.equal(await wants(at(3)), 'expiry_beyond_own')
    t.equal(await wants(null), 'expiry_beyond_own')
  })

  await t.test('refuses unknown scopes, twice the same, and ids of another kind', async (t) => {
    for (const fields of [
      { scopes: ['members:destroy'] },
      { scopes: [] },
      { scopes: ['members:read', 'members:read'] },
      { organization_ids: ['mem_01jd3v8k2ffb5t0m5r6w9x7y3z'] },
      { expires_at: 'tomorrow' }
    ]) {
      t.equal((await create(fields)).status, 400, JSON.stringify(fields))
    }
  })

  await t.test('keeps the list of keys from keys of some organizations', async (t) => {
    const org = await organization()
    const { body } = await create({ organization_ids: [org.id] })
    const answer = await call('GET', '/v1/api-keys', { key: body.api_key })
    t.match([answer.status, answer.body.code], [403, 'key_limited_to_organizations'])
    const foreign = await call('DELETE', `/v1/api-keys/${body.id}`, { key: body.api_key })
    t.equal(foreign.status, 403)
    const { body: list } = await call('GET', '/v1/api-keys?include_total=true')
    t.ok(list.total >= 2)
  })
})
