import { eq } from 'drizzle-orm'
import Fastify from 'fastify'
import t from 'tap'
import { newApiKeyToken } from '../../src/crypto/api-key-token.js'
import { apiKeys } from '../../src/db/tables/api-keys.js'
import { registerBudgets } from '../../src/http/budgets.js'
import { createCallerLimits } from '../../src/http/caller-limits.js'
import type { Principal } from '../../src/http/prove.js'
import { createTestApp, type TestApp } from '../helpers/app.js'
import { countStatements } from '../helpers/statements.js'

const WAITS = { status: 429, body: { code: 'too_many_requests' } }
const UNPROVEN = { status: 401, body: { code: 'unauthenticated' } }
const PATH = '/v1/organizations'
const statusesOf = async (count: number, ask: () => Promise<{ status: number }>) => {
  const statuses: number[] = []
  for (let i = 0; i < count; i++) statuses.push((await ask()).status)
  return statuses
}
/** A key like this one, but with another secret. */
const guessOf = (token: string) =>
  [...token.split('_').slice(0, 2), newApiKeyToken().secret].join('_')

await t.test('a key has a budget of its own', async (t) => {
  const app = await createTestApp(t)
  const { id, key } = await app.apiKey({})
  await app.deps.db.update(apiKeys).set({ rateLimit: 3 }).where(eq(apiKeys.id, id))
  const ask = (token = key) => app.call('GET', PATH, { key: token })

  const unlimited = await app.call('GET', PATH)
  t.equal(unlimited.headers.get('ratelimit'), null, 'the deployment limits none by itself')
  t.same(await statusesOf(5, () => ask(guessOf(key))), [401, 401, 401, 401, 401])
  const first = await ask()
  t.match(first, { status: 200 }, 'a stranger has used up nothing')
  t.equal(first.headers.get('ratelimit-policy'), '"key";q=3;w=60')
  t.match(first.headers.get('ratelimit'), /^"key";r=2;t=\d+$/)
  const missing = await app.call('GET', `${PATH}/org_unknown`, { key })
  t.match([missing.status, missing.headers.get('ratelimit')], [404, /^"key";r=1;/])
  t.match(await ask(), { status: 200 })

  const refused = await ask()
  t.match(refused, { ...WAITS, body: { ...WAITS.body, 'violated-policies': ['key'] } })
  t.match(refused.headers.get('ratelimit'), /^"key";r=0;t=\d+$/)
  t.equal(refused.headers.get('retry-after'), String(refused.body.retry_after))
  t.ok(refused.body.retry_after > 0 && refused.body.retry_after <= 60)
  t.match(await app.call('GET', PATH), { status: 200 }, 'another key has its own')
})

await t.test('or the deployment’s', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_RATE_LIMIT_PER_KEY: '2' } })
  const org = await app.organization()
  const { key } = await app.apiKey({})
  t.same(await statusesOf(3, () => app.call('GET', PATH, { key })), [200, 200, 429])
  const { status } = await app.call('POST', `${org.path}/authorize`, {
    body: { user_id: org.owner.user_id, permission: 'team.view' },
    key
  })
  t.equal(status, 429, 'also where the proof waits for the body')
})

await t.test('people and members have one each, whoever minted their token', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_RATE_LIMIT_PER_PERSON: '2' } })
  const server = Fastify()
  await registerBudgets(server, app.deps)
  const limits = createCallerLimits(server, app.deps)
  const key = { id: 'key_1', rateLimit: 1 }
  const principals: Record<string, unknown> = {
    ana: { kind: 'person', context: { person: { id: 'u_ana' } } },
    bob: { kind: 'person', context: { person: { id: 'u_bob' } } },
    seat: { kind: 'member', key: { actor: { id: 'key_1' } }, token: { memberId: 'mem_1' } },
    other: { kind: 'member', key: { actor: { id: 'key_1' } }, token: { memberId: 'mem_2' } }
  }
  server.setErrorHandler((error: { definition?: { status: number } }, _request, reply) =>
    reply.code(error.definition?.status ?? 500).send()
  )
  server.get<{ Params: { who: string } }>('/:who', async (request, reply) => {
    const principal = principals[request.params.who] as Principal
    const isMember = principal.kind === 'member'
    await limits.take(request, reply, { principal, key: isMember ? (key as never) : undefined })
    return {}
  })
  for (const who of Object.keys(principals)) {
    const first = await server.inject(`/${who}`)
    t.equal(first.headers['ratelimit-policy'], '"person";q=2;w=60')
    t.match(first.headers['ratelimit'], /^"person";r=1;/)
    const ask = async () => ({ status: (await server.inject(`/${who}`)).statusCode })
    t.same(await statusesOf(2, ask), [200, 429], who)
  }
})

/** With a budget of three failures, used up by a stranger at this address. */
async function guessed(t: Parameters<typeof createTestApp>[0], environment = {}) {
  const app = await createTestApp(t, {
    environment: { MUSTER_RATE_LIMIT_FAILED_AUTH: '3', ...environment }
  })
  return { ...app, ask: (key: string | null, headers = {}) => askWith(app, key, headers) }
}
const askWith = (app: TestApp, key: string | null, headers: Record<string, string>) =>
  app.call('GET', PATH, { key, headers })

await t.test('who guesses is told to wait before anything is looked up', async (t) => {
  const app = await guessed(t)
  const unseen = await app.apiKey({})
  t.same(await statusesOf(3, () => app.ask(newApiKeyToken().token)), [401, 401, 401])

  const count = await countStatements(t, async () => {
    const refused = await app.ask(newApiKeyToken().token)
    const names = ['failed-authentication']
    t.match(refused, { ...WAITS, body: { ...WAITS.body, 'violated-policies': names } })
    t.equal(refused.headers.get('retry-after'), String(refused.body.retry_after))
    t.match(await app.ask(guessOf(app.key)), WAITS, 'with the id of a valid key too')
    t.match(await app.ask('no key at all'), WAITS)
    t.match(await app.ask(unseen.key), WAITS, 'a key that was not used here before has to wait')
  })
  t.equal(count, 0)
  t.match(await app.ask(null), UNPROVEN, 'to send nothing is no guess')
  t.match(await app.ask(app.key), { status: 200 }, 'nobody is locked out by a neighbour')
})

await t.test('a key that was valid is a guess once it is not any more', async (t) => {
  const app = await guessed(t)
  const { id, key } = await app.apiKey({})
  t.match(await app.ask(key), { status: 200 })
  await statusesOf(3, () => app.ask(newApiKeyToken().token))
  t.match(await app.ask(key), { status: 200 })
  await app.deps.db.update(apiKeys).set({ revokedAt: app.clock.now }).where(eq(apiKeys.id, id))
  t.match(await app.ask(key), WAITS)
  t.equal(await countStatements(t, async () => t.match(await app.ask(key), WAITS)), 0)
})

await t.test('each address by itself, an IPv6 household as one', async (t) => {
  const app = await guessed(t, { MUSTER_TRUSTED_PROXIES: '127.0.0.1' })
  const from = (address: string, key: string | null = newApiKeyToken().token) =>
    app.ask(key, { 'x-forwarded-for': address })
  t.same(await statusesOf(4, () => from('203.0.113.7')), [401, 401, 401, 429])
  t.match(await from('203.0.113.8'), UNPROVEN)
  for (const last of ['1', '2', '3']) t.match(await from(`2001:db8:0:1::${last}`), UNPROVEN)
  t.match(await from('2001:db8:0:1:ffff::4'), WAITS)
  t.match(await from('2001:db8:0:2::1'), UNPROVEN)
})

await t.test('nobody is kept out where that is not wanted', async (t) => {
  const app = await guessed(t, { MUSTER_RATE_LIMIT_FAILED_AUTH: '0' })
  const statuses = await statusesOf(5, () => app.ask(newApiKeyToken().token))
  t.same(new Set(statuses), new Set([401]))
})
