import { pino } from 'pino'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import { createTestApp } from '../helpers/app.js'

await t.test(
  'every answer says how a browser is to treat it, and which request it was',
  async (t) => {
    const { call } = await createTestApp(t)
    const { headers } = await call('GET', '/v1/organizations')
    t.equal(headers.get('x-content-type-options'), 'nosniff')
    t.equal(headers.get('x-frame-options'), 'DENY')
    t.equal(headers.get('cache-control'), 'no-store')
    t.equal(headers.get('referrer-policy'), 'no-referrer')
    t.match(headers.get('content-security-policy'), /default-src 'none'/)
    t.match(headers.get('x-request-id'), /^req_/)
    t.equal(headers.get('strict-transport-security'), null, 'not on http')

    const mine = await call('GET', '/healthz', { headers: { 'x-request-id': 'trace-me.1' } })
    t.equal(mine.headers.get('x-request-id'), 'trace-me.1')
    const hostile = await call('GET', '/healthz', { headers: { 'x-request-id': 'a b{"c"}' } })
    t.match(hostile.headers.get('x-request-id'), /^req_/)
  }
)

await t.test('a request without a body may name the type of one', async (t) => {
  const { call, organization } = await createTestApp(t)
  const { path } = await organization()
  const { body: group } = await call('POST', `${path}/groups`, { body: { name: 'Sales' } })
  const { status } = await call('DELETE', `${path}/groups/${group.id}`, {
    headers: { 'content-type': 'application/json' }
  })
  t.equal(status, 200)
  const named = { headers: { 'content-type': 'application/json' } }
  t.equal((await call('POST', `${path}/cancel`, named)).status, 200)
  const needed = await call('POST', `${path}/groups`, named)
  t.match(needed, { status: 400, body: { code: 'invalid_request' } }, 'where one is needed')
})

await t.test('logs name routes and ids, never keys, tokens, addresses or queries', async (t) => {
  const { deps, key, organization, invite } = await createTestApp(t)
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  const app = await buildApp({ ...deps, log })
  t.teardown(() => app.close())
  const org = await organization()
  const { token } = await invite(org.path, 'secret-person@logs.test')
  const authorization = `Bearer ${key}`
  const requests = [
    { method: 'GET', url: `${org.path}/members?q=secret-query`, headers: { authorization } },
    { method: 'GET', url: `/invitations/${token}` },
    { method: 'POST', url: '/v1/invitations/lookup', payload: { token } },
    {
      method: 'POST',
      url: `${org.path}/invitations`,
      headers: { authorization },
      payload: { emails: 'secret-person@logs.test' }
    },
    { method: 'GET', url: '/nowhere/secret-path' },
    { method: 'GET', url: org.path, headers: { authorization: `${authorization}x` } }
  ] as const
  for (const request of requests) await app.inject(request)

  const text = lines.join('')
  t.equal(lines.filter((line) => line.includes('http.route')).length, requests.length)
  t.match(text, /\/v1\/organizations\/:organization_id\/members/)
  t.notMatch(text, /secret-/)
  t.notMatch(text, new RegExp(token))
  t.notMatch(text, new RegExp(key.split('_')[2] ?? key))
})

await t.test('a statement that fails is logged with its cause, without its values', async (t) => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  const { call, deps } = await createTestApp(t, { log, eventsByHand: true })
  await deps.db.execute('drop table events')
  const owner = { user_id: 'secret-id', email: 'secret-person@logs.test', name: 'secret-name' }
  const { status } = await call('POST', '/v1/organizations', { body: { name: 'Acme', owner } })
  t.equal(status, 500)
  const [failure, ...others] = lines.filter((line) => line.includes('Request failed'))
  t.same(others, [])
  t.match(JSON.parse(failure ?? ''), {
    err: {
      code: '42P01',
      message: 'relation "events" does not exist',
      query: /insert into "events"/
    }
  })
  t.notMatch(lines.join(''), /secret-/)
})
