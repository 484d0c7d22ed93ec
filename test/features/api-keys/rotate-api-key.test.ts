import { eq } from 'drizzle-orm'
import t from 'tap'
import { apiKeys } from '../../../src/db/tables/api-keys.js'
import { newId } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { untilShown } from '../../helpers/event-feed.js'

const after = (ms: number) => new Date(START.getTime() + ms)

await t.test('POST /v1/api-keys/{api_key_id}/rotate', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, apiKey, clock, deps } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const rotate = (id: string, body: Record<string, unknown> = {}, key?: string) =>
    call('POST', `/v1/api-keys/${id}/rotate`, { body, ...(key === undefined ? {} : { key }) })
  const works = async (key: string) => (await call('GET', '/v1/organizations', { key })).status

  await t.test('gives another value, and lets the one before work for a day', async (t) => {
    const { id, key } = await apiKey({ name: 'CRM', scopes: ['organizations:read'] })
    const { status, body } = await rotate(id)
    t.match([status, body.id, body.name], [200, id, 'CRM'])
    t.equal(body.previous_secret_expires_at, after(DAY_MS).toISOString())
    t.not(body.api_key, key)
    t.equal(body.api_key.split('_')[1], key.split('_')[1], 'of the same key')
    t.same([await works(key), await works(body.api_key)], [200, 200])
    clock.now = after(DAY_MS - 1)
    t.same([await works(key), await works(body.api_key)], [200, 200])
    clock.now = after(DAY_MS)
    t.same([await works(key), await works(body.api_key)], [401, 200])
    const shown = await call('GET', `/v1/api-keys/${id}`)
    t.equal(shown.body.previous_secret_expires_at, null)
    t.notOk('api_key' in shown.body)
  })

  await t.test('ends the one before at once where they do not overlap', async (t) => {
    const { id, key } = await apiKey({ scopes: ['organizations:read'] })
    const { body } = await rotate(id, { overlap_seconds: 0 })
    t.equal(body.previous_secret_expires_at, null)
    t.same([await works(key), await works(body.api_key)], [401, 200])
  })

  await t.test('rotated again, only the two newest are good', async (t) => {
    const { id, key: first } = await apiKey({ scopes: ['organizations:read'] })
    const second = (await rotate(id, { overlap_seconds: 604_800 })).body.api_key as string
    const third = (await rotate(id, { overlap_seconds: 60 })).body.api_key as string
    t.same([await works(first), await works(second), await works(third)], [401, 200, 200])
    clock.now = after(60_000)
    t.same([await works(second), await works(third)], [401, 200])
  })

  await t.test('two at once leave the value that was made last and the one before', async (t) => {
    const { id, key } = await apiKey({ scopes: ['organizations:read'] })
    const both = await deps.db.transaction(async (tx) => {
      await tx.select().from(apiKeys).where(eq(apiKeys.id, id)).for('update')
      const asked = [rotate(id)]
      await untilBlocked(deps.db)
      asked.push(rotate(id))
      await untilBlocked(deps.db, 2)
      return { asked }
    })
    const [one, two] = await Promise.all(both.asked)
    t.same([one?.status, two?.status], [200, 200])
    const states = [key, one?.body.api_key, two?.body.api_key] as string[]
    t.same(await Promise.all(states.map(works)), [401, 200, 200])
  })

  await t.test('one that is revoked meanwhile stays revoked', async (t) => {
    const { id, key } = await apiKey({ scopes: ['organizations:read'] })
    const { asked } = await deps.db.transaction(async (tx) => {
      await tx.update(apiKeys).set({ revokedAt: clock.now }).where(eq(apiKeys.id, id))
      const asked = rotate(id)
      await untilBlocked(deps.db)
      return { asked }
    })
    t.match(await asked, { status: 409, body: { code: 'api_key_revoked' } })
    t.equal(await works(key), 401)
    t.match(await rotate(id), { status: 409, body: { code: 'api_key_revoked' } })
    t.equal((await rotate(newId('key'))).status, 404)
  })

  await t.test('said again with its Idempotency-Key it gives the same value', async (t) => {
    const { id, key } = await apiKey({})
    const say = (by: string) =>
      call('POST', `/v1/api-keys/${id}/rotate`, {
        body: { overlap_seconds: 60 },
        key: by,
        headers: { 'idempotency-key': 'rotate-1' }
      })
    const once = await say(key)
    const again = await say(key)
    t.equal(again.headers.get('idempotent-replayed'), 'true')
    t.same(again.body, once.body)
    t.same((await say(once.body.api_key)).body, once.body, 'also by the new value')
    t.same([await works(key), await works(once.body.api_key)], [200, 200])
  })

  await t.test('nobody learns the value of a key that may do more than theirs', async (t) => {
    const weak = await apiKey({
      scopes: ['api-keys:write', 'members:read'],
      expires_at: after(DAY_MS).toISOString()
    })
    const codeOf = async (fields: Record<string, unknown>) => {
      const { id, key } = await apiKey(fields)
      const { status, body } = await rotate(id, {}, weak.key)
      t.equal(
        status === 200 || (await works(key)) !== 401,
        true,
        'and what was refused is as it was'
      )
      return (body.code ?? status) as unknown
    }
    const brief = { expires_at: after(DAY_MS / 2).toISOString() }
    t.equal(await codeOf({ scopes: ['*'], ...brief }), 'scope_not_held')
    t.equal(await codeOf({ scopes: ['members:read', 'events:read'], ...brief }), 'scope_not_held')
    t.equal(await codeOf({ scopes: ['members:read'] }), 'expiry_beyond_own')
    t.equal(await codeOf({ scopes: ['members:read'], ...brief }), 200)
    t.equal((await rotate(weak.id, {}, weak.key)).status, 200, 'its own it may')
  })

  await t.test('is not for keys of some organizations', async (t) => {
    const limited = await apiKey({ organization_ids: [(await organization()).id] })
    for (const id of [limited.id, newId('key')]) {
      const answer = await rotate(id, {}, limited.key)
      t.match(answer, { status: 403, body: { code: 'key_limited_to_organizations' } })
    }
  })

  await t.test('refuses an overlap that is none, or longer than a week', async (t) => {
    const { id } = await apiKey({})
    for (const overlap_seconds of [-1, 604_801, 0.5, '60', null]) {
      t.equal((await rotate(id, { overlap_seconds })).status, 400, String(overlap_seconds))
    }
    t.equal((await rotate(id, { secret: 'mine' })).status, 400)
  })

  await t.test('is told without any secret', async (t) => {
    const { id, key } = await apiKey({ name: 'told' })
    const { body } = await rotate(id, { overlap_seconds: 60 })
    await untilShown(app)
    const { body: feed } = await call('GET', '/v1/events?types=api_key.rotated&limit=1000')
    t.match(feed.data.at(-1), {
      subject: { type: 'api_key', id },
      data: { name: 'told', previous_secret_expires_at: after(60_000).toISOString() }
    })
    const { rows } = await deps.db.execute('select * from events, event_personal, api_keys')
    for (const token of [key, body.api_key] as string[]) {
      t.notOk(JSON.stringify(rows).includes(String(token.split('_')[2])))
    }
  })
})
