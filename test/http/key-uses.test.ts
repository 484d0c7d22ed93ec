import { Writable } from 'node:stream'
import { eq, sql } from 'drizzle-orm'
import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { apiKeys } from '../../src/db/tables/api-keys.js'
import { createTestApp, START, type TestApp } from '../helpers/app.js'
import { until } from '../helpers/database.js'

const MINUTE_MS = 60_000
const after = (ms: number) => new Date(START.getTime() + ms)

const used = async ({ call }: TestApp, id: string) => {
  const { body } = await call('GET', `/v1/api-keys/${id}`)
  return [body.last_used_at, body.last_used_ip] as [string | null, string | null]
}

/** Until it is written, which no answer waits for. */
const untilUsed = (app: TestApp, id: string, at: Date) =>
  until(async () => (await used(app, id))[0] === at.toISOString())

/** How often a row was written anew. */
const versionOf = async ({ deps }: TestApp, id: string) => {
  const [row] = await deps.db
    .select({ version: sql<string>`xmin::text` })
    .from(apiKeys)
    .where(eq(apiKeys.id, id))
  return row?.version
}

await t.test('when a key was last used', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_TRUSTED_PROXIES: '127.0.0.1' } })
  const { call, apiKey, clock, deps } = app
  const use = (key: string, from = '192.0.2.10') =>
    call('GET', '/v1/organizations', { key, headers: { 'x-forwarded-for': from } })

  await t.test('is told to a minute, with the address of the server', async (t) => {
    const { id, key } = await apiKey({})
    t.same(await used(app, id), [null, null])
    await use(key)
    await untilUsed(app, id, START)
    t.same(await used(app, id), [START.toISOString(), '192.0.2.10'])

    const version = await versionOf(app, id)
    clock.now = after(MINUTE_MS - 1)
    await use(key, '192.0.2.11')
    // Written after it, if it were: there is one writer.
    const other = await apiKey({})
    await use(other.key)
    await untilUsed(app, other.id, clock.now)
    t.equal(await versionOf(app, id), version, 'nothing is written within the minute')

    clock.now = after(MINUTE_MS)
    await use(key, '2001:db8::7')
    await untilUsed(app, id, clock.now)
    t.same(await used(app, id), [clock.now.toISOString(), '2001:db8::7'])
    clock.now = START
  })

  await t.test('counts what was refused to it too, but nobody who only knows its id', async (t) => {
    const { id, key } = await apiKey({ scopes: ['members:read'] })
    const forged = key.slice(0, -1) + (key.endsWith('A') ? 'B' : 'A')
    t.equal((await use(forged)).status, 401)
    const other = await apiKey({})
    await use(other.key)
    await untilUsed(app, other.id, START)
    t.same(await used(app, id), [null, null])
    t.equal((await use(key)).status, 403)
    await untilUsed(app, id, START)
  })

  await t.test(
    'is written by one process only, and by none while the key is changed',
    async (t) => {
      const { id, key } = await apiKey({})
      const beside = await buildApp(deps)
      t.teardown(() => beside.close())
      const ask = () =>
        beside.inject({ url: '/v1/organizations', headers: { authorization: `Bearer ${key}` } })
      await use(key)
      await untilUsed(app, id, START)
      const version = await versionOf(app, id)
      clock.now = after(MINUTE_MS - 1)
      t.equal((await ask()).statusCode, 200)
      await beside.close()
      t.equal(await versionOf(app, id), version, 'the other has just written')
      clock.now = START

      const held = await apiKey({})
      await deps.db.transaction(async (tx) => {
        await tx.select().from(apiKeys).where(eq(apiKeys.id, held.id)).for('update')
        t.equal((await use(held.key)).status, 200, 'no answer waits')
        const other = await apiKey({})
        await use(other.key)
        await untilUsed(app, other.id, START)
      })
      t.same(await used(app, held.id), [null, null])
      clock.now = after(MINUTE_MS)
      await use(held.key)
      await untilUsed(app, held.id, clock.now)
      clock.now = START
    }
  )
})

await t.test('what was noted is written when the server has closed', async (t) => {
  const app = await createTestApp(t)
  const { id, key } = await app.apiKey({})
  const beside = await buildApp(app.deps)
  const answer = await beside.inject({
    url: '/v1/organizations',
    headers: { authorization: `Bearer ${key}` }
  })
  t.equal(answer.statusCode, 200)
  await beside.close()
  t.equal((await used(app, id))[0], START.toISOString())
})

await t.test('that it cannot be written fails nothing, and is told once a minute', async (t) => {
  const lines: string[] = []
  const stream = new Writable({
    write(line: Buffer, _encoding, done) {
      lines.push(String(line))
      done()
    }
  })
  const app = await createTestApp(t, { log: pino({ level: 'warn' }, stream) })
  const { call, apiKey, deps } = app
  const keys = [await apiKey({}), await apiKey({}), await apiKey({})]
  await deps.db.execute(sql`
    create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'no'; end $$`)
  await deps.db.execute(sql`
    create trigger refuse before update on api_keys for each row execute function refuse()`)
  for (const { key } of keys) {
    t.equal((await call('GET', '/v1/organizations', { key })).status, 200)
  }
  await app.app.close()
  const told = lines.filter((line) => line.includes('Could not write down when API keys were used'))
  t.equal(told.length, 1)
})
