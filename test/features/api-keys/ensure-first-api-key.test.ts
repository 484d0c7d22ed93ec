import t from 'tap'
import { newApiKeyToken } from '../../../src/crypto/api-key-token.js'
import {
  createFirstApiKey,
  ensureConfiguredApiKey
} from '../../../src/features/api-keys/ensure-first-api-key.js'
import { createTestApp, START } from '../../helpers/app.js'

await t.test('the first API key', async (t) => {
  const { call, deps, clock } = await createTestApp(t)
  const works = async (key: string) => (await call('GET', '/v1/organizations', { key })).status

  await t.test('is made once: processes that start together make no second one', async (t) => {
    await deps.db.execute('delete from api_keys')
    const made = await Promise.all([createFirstApiKey(deps), createFirstApiKey(deps)])
    const tokens = made.filter((token) => token !== undefined)
    t.equal(tokens.length, 1)
    t.equal(await works(tokens[0] ?? ''), 200)
    t.equal(await createFirstApiKey(deps), undefined)
  })

  await t.test('is the configured one, however often a process starts', async (t) => {
    const { token, id } = newApiKeyToken()
    await ensureConfiguredApiKey(deps, token)
    await ensureConfiguredApiKey(deps, token)
    t.equal(await works(token), 200)
    await call('DELETE', `/v1/api-keys/${id}`, { key: token })
    await ensureConfiguredApiKey(deps, token)
    t.equal(await works(token), 401, 'a revoked one stays revoked')
  })

  await t.test('is refused when its id belongs to a key with another secret', async (t) => {
    const { token } = newApiKeyToken()
    await ensureConfiguredApiKey(deps, token)
    const forged = token.slice(0, -1) + (token.endsWith('A') ? 'B' : 'A')
    await t.rejects(ensureConfiguredApiKey(deps, forged), /MUSTER_API_KEY has the id/)
  })

  await t.test('may be the one before a rotation for as long as that is good', async (t) => {
    const { token: before, id } = newApiKeyToken()
    await ensureConfiguredApiKey(deps, before)
    const rotated = await call('POST', `/v1/api-keys/${id}/rotate`, {
      key: before,
      body: { overlap_seconds: 60 }
    })
    for (const token of [before, rotated.body.api_key]) await ensureConfiguredApiKey(deps, token)
    t.equal(await works(before), 200)
    clock.now = new Date(START.getTime() + 60_000)
    await t.rejects(ensureConfiguredApiKey(deps, before), {
      message: /^MUSTER_API_KEY was rotated, and its value has ended on 2030-01-01T00:01:00\.000Z: /
    })
    await ensureConfiguredApiKey(deps, rotated.body.api_key)
    t.equal(await works(rotated.body.api_key), 200)
    clock.now = START
  })
})
