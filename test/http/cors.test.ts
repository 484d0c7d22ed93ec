import t from 'tap'
import { createTestApp } from '../helpers/app.js'

const APP = 'https://app.acme.test'
const PREFLIGHT = {
  'access-control-request-method': 'PATCH',
  'access-control-request-headers': 'authorization,if-match'
}

await t.test('pages of origins that are named', async (t) => {
  const { call, organization } = await createTestApp(t, {
    environment: { MUSTER_CORS_ORIGINS: `${APP}, http://localhost:3000` }
  })
  const org = await organization()
  const ask = (method: string, path: string, headers: Record<string, string>) =>
    call(method, path, { key: null, headers })

  await t.test('may ask beforehand, and learn nothing of what there is', async (t) => {
    const paths = [org.path, '/v1/organizations', '/v1/nowhere', '/v1/organizations/x/../y']
    for (const path of paths) {
      const { status, headers, body } = await ask('OPTIONS', path, { origin: APP, ...PREFLIGHT })
      t.equal(status, 204, path)
      t.equal(body, '')
      t.equal(headers.get('access-control-allow-origin'), APP)
      t.match(headers.get('access-control-allow-methods'), /PATCH/)
      t.match(
        headers.get('access-control-allow-headers'),
        /Authorization.*Idempotency-Key.*If-Match/
      )
      t.equal(headers.get('access-control-max-age'), '7200')
      t.equal(headers.get('access-control-allow-credentials'), null)
      t.match(headers.get('vary'), /Origin/)
    }
  })

  await t.test('may read every answer, also what is wrong', async (t) => {
    for (const path of [org.path, '/v1/nowhere']) {
      const { headers } = await ask('GET', path, { origin: APP })
      t.equal(headers.get('access-control-allow-origin'), APP, path)
      t.match(headers.get('access-control-expose-headers'), /ETag.*Retry-After/)
    }
    const { status, headers } = await call('GET', org.path, { headers: { origin: APP } })
    t.same([status, headers.get('access-control-allow-origin')], [200, APP])
  })

  await t.test('are those and no others', async (t) => {
    const others = ['https://evil.test', `${APP}.evil.test`, 'http://app.acme.test', 'null']
    for (const origin of others) {
      for (const method of ['GET', 'OPTIONS']) {
        const { headers } = await ask(method, org.path, { origin, ...PREFLIGHT })
        t.equal(headers.get('access-control-allow-origin'), null, `${method} ${origin}`)
        t.match(headers.get('vary'), /Origin/)
      }
    }
  })

  await t.test('are let at the API and nothing else', async (t) => {
    for (const path of ['/healthz', '/openapi.json', '/join/x', '/']) {
      const { headers } = await ask('GET', path, { origin: APP })
      t.equal(headers.get('access-control-allow-origin'), null, path)
      t.equal((await ask('OPTIONS', path, { origin: APP, ...PREFLIGHT })).status, 404, path)
    }
  })
})

await t.test('without an origin that is named nothing is said of it', async (t) => {
  const { call, organization } = await createTestApp(t)
  const { path } = await organization()
  const { status, headers } = await call('GET', path, { headers: { origin: APP } })
  t.equal(status, 200)
  t.notOk([...headers.keys()].some((name) => name.startsWith('access-control-')))
  t.equal((await call('OPTIONS', path, { headers: { origin: APP, ...PREFLIGHT } })).status, 404)
})
