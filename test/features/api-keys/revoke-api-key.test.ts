import t from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'

await t.test('DELETE /v1/api-keys/{api_key_id}', async (t) => {
  const { call, deps, clock } = await createTestApp(t)
  const create = () => call('POST', '/v1/api-keys', { body: { name: 'to revoke', scopes: ['*'] } })
  const status = async (key: string) => (await call('GET', '/v1/organizations', { key })).status

  await t.test('ends a revoked key with the very next request, once', async (t) => {
    const { body } = await create()
    t.equal(await status(body.api_key), 200)
    const revoked = await call('DELETE', `/v1/api-keys/${body.id}`)
    t.match([revoked.status, revoked.body.revoked_at], [200, START.toISOString()])
    t.equal(await status(body.api_key), 401)
    clock.now = new Date(START.getTime() + DAY_MS)
    const again = await call('DELETE', `/v1/api-keys/${body.id}`)
    t.equal(again.body.revoked_at, START.toISOString())
    clock.now = START
    const { rows } = await deps.db.execute(
      `select count(*)::int as count from events where type = 'api_key.revoked'`
    )
    t.match(rows, [{ count: 1 }])
  })

  await t.test('is 404 for a key that never was', async (t) => {
    const { status: answered } = await call('DELETE', '/v1/api-keys/key_01jd3v8k2ffb5t0m5r6w9x7y3z')
    t.equal(answered, 404)
  })
})
