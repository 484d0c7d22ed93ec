import { type AddressInfo, createServer } from 'node:net'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import type { Deps } from '../../src/deps.js'
import type { Locale } from '../../src/errors.js'
import { toProblem } from '../../src/http/problem.js'
import { BODY_BYTES_MAX } from '../../src/http/server.js'
import { newId } from '../../src/ids.js'
import { createTestApp, openDeps } from '../helpers/app.js'

await t.test('a problem', async (t) => {
  const { call, url, key, organization } = await createTestApp(t)
  const org = await organization()
  const away = `/v1/organizations/${newId('org')}`
  const create = (body: unknown, headers = {}) =>
    call('POST', '/v1/organizations', { body, headers })

  await t.test('is problem+json with these fields', async (t) => {
    const { status, headers, body } = await call('GET', away)
    t.equal(status, 404)
    t.match(headers.get('content-type'), /^application\/problem\+json/)
    t.same(body, {
      type: 'http://localhost:4700/problems/not_found',
      title: 'Not found',
      status: 404,
      detail: 'There is nothing here, or it is not yours.',
      code: 'not_found',
      instance: headers.get('x-request-id')
    })
  })

  await t.test('has the request’s own id as its instance, unless that is no id', async (t) => {
    const given = await call('GET', away, { headers: { 'x-request-id': 'trace:4711.a' } })
    t.equal(given.body.instance, 'trace:4711.a')
    t.equal(given.headers.get('x-request-id'), 'trace:4711.a')
    for (const id of ['has blanks', 'x'.repeat(129), '<b>']) {
      const { body } = await call('GET', away, { headers: { 'x-request-id': id } })
      t.match(body.instance, /^req_[0-9a-z]{26}$/)
    }
  })

  await t.test('names a page that the service itself serves', async (t) => {
    const { body } = await call('GET', away)
    const { pathname } = new URL(String(body.type))
    const page = await call('GET', pathname, { key: null, headers: { accept: 'text/html' } })
    t.equal(page.status, 200)
    t.match(page.headers.get('content-type'), /^text\/html/)
    t.match(page.body, /not_found/)
  })

  await t.test('is told in the language that the reader wishes for most', async (t) => {
    const titles = { en: 'Not found', fr: 'Introuvable' }
    const wishes: [string, Locale][] = [
      ['fr', 'fr'],
      ['fr-CA,en;q=0.8', 'fr'],
      ['de, fr;q=0.9, en;q=0.8', 'fr'],
      ['en;q=0.5, FR;q=0.7', 'fr'],
      ['fr;q=0', 'en'],
      ['frr', 'en'],
      ['de', 'en'],
      [';;q=,,', 'en'],
      ['*', 'en']
    ]
    for (const [wish, locale] of wishes) {
      const { body } = await call('GET', away, { headers: { 'accept-language': wish } })
      t.equal(body.title, titles[locale], wish)
    }
  })

  await t.test('is the answer at an address where nothing is', async (t) => {
    const nowhere = ['/nowhere', '/v1/%zz', `/v1/organizations/${'x'.repeat(400)}`]
    for (const path of nowhere) {
      const { status, headers, body } = await call('GET', path, { key: null })
      t.match([status, body.code], [404, 'not_found'], path)
      t.match(headers.get('content-type'), /^application\/problem\+json/)
      t.equal(headers.get('x-request-id'), body.instance)
      t.notMatch(JSON.stringify(body), /nowhere|%zz|xxx/, 'which is not repeated')
    }
    t.equal((await call('PUT', '/v1/organizations')).status, 404)
  })

  await t.test('is 400 for what is not JSON', async (t) => {
    for (const body of ['{', '', 'null', '[]', '"text"', '{"name": "a",}']) {
      const { status, body: problem } = await create(body)
      t.match([status, problem.code], [400, 'invalid_request'], body)
    }
  })

  await t.test('is 415 for another content type', async (t) => {
    const text = JSON.stringify({ name: 'Acme' })
    for (const type of ['text/plain', 'application/xml', 'application/x-www-form-urlencoded']) {
      const { status, body } = await create(text, { 'content-type': type })
      t.match([status, body.code], [415, 'unsupported_media_type'], type)
    }
  })

  await t.test('is 413 for a body above 1 MiB, whether or not it says its length', async (t) => {
    t.equal(BODY_BYTES_MAX, 1_048_576)
    const frame = JSON.stringify({ name: '' }).length
    const fits = await create({ name: 'a'.repeat(BODY_BYTES_MAX - frame) })
    t.equal(fits.status, 400, 'just fits, and is refused for another reason')
    const large = JSON.stringify({ name: 'a'.repeat(BODY_BYTES_MAX - frame + 1) })
    t.match(await create(large), { status: 413, body: { code: 'payload_too_large' } })
    const chunked = await fetch(`${url}/v1/organizations`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: new Blob([large]).stream(),
      duplex: 'half'
    })
    t.equal(chunked.status, 413)
  })

  await t.test('points at what is wrong', async (t) => {
    const owner = { user_id: 'u', email: 'u@acme.test' }
    const wrong: [unknown, string][] = [
      [{ name: 'Acme', owner, nmae: 'x' }, '#/nmae'],
      [{ name: 'Acme', owner: { ...owner, 'a/b~c': 1 } }, '#/owner/a~1b~0c'],
      [{ name: 'Acme', owner: { ...owner, email: 'no address' } }, '#/owner/email'],
      [{ name: 7, owner }, '#/name'],
      [{ name: 'Acme', owner, billing: { seats: '10' } }, '#/billing/seats'],
      [{ name: 'Acme', owner, metadata: { plan: { deep: 1 } } }, '#/metadata/plan'],
      [{ owner }, '#']
    ]
    for (const [body, pointer] of wrong) {
      const { status, body: problem } = await create(body)
      t.equal(status, 400, pointer)
      t.match(problem.errors, [{ pointer, detail: /\S/ }])
    }
  })

  await t.test('refuses query parameters that the operation does not know', async (t) => {
    for (const path of ['/v1/organizations', org.path, `${org.path}/members`, '/v1/api-keys']) {
      const { status, body } = await call('GET', `${path}?colour=red`)
      t.equal(status, 400, path)
      t.match(body.errors, [{ pointer: 'querystring:/colour' }])
    }
    const posted = await call('POST', `${org.path}/invitations?dry_run=true`, {
      body: { emails: 'ana@acme.test' }
    })
    t.match(posted.body.errors, [{ pointer: 'querystring:/dry_run' }])
  })

  await t.test('refuses a limit out of bounds instead of clipping it', async (t) => {
    for (const limit of ['0', '101', '-1', '1.5', 'ten', '']) {
      const { status, body } = await call('GET', `/v1/organizations?limit=${limit}`)
      t.equal(status, 400, limit)
      t.match(body.errors, [{ pointer: 'querystring:/limit' }])
    }
    t.equal((await call('GET', '/v1/organizations?limit=100')).status, 200)
  })

  await t.test('refuses a body that reaches for a prototype', async (t) => {
    const bodies = [
      '{"name":"Acme","__proto__":{"admin":true}}',
      '{"name":"Acme","metadata":{"__proto__":"x"}}',
      '{"name":"Acme","constructor":{"prototype":{"admin":true}}}'
    ]
    for (const body of bodies) t.equal((await create(body)).status, 400, body)
    t.notOk('admin' in {})
  })

  await t.test('refuses text that no database stores, instead of failing on it', async (t) => {
    const owner = { user_id: 'u', email: 'u@acme.test' }
    for (const text of ['\u0000', '\ud800', 'a\udc00b']) {
      const bodies: [Record<string, unknown>, string][] = [
        [{ name: 'Acme', owner, policy: text }, '#/policy'],
        [{ name: 'Acme', owner, metadata: { plan: text } }, '#/metadata/plan']
      ]
      for (const [body, pointer] of bodies) {
        const answer = await create(body)
        t.equal(answer.status, 400)
        t.match(answer.body.errors, [{ pointer }])
      }
    }
    const { status, body } = await call('GET', `${org.path}/members?q=a%00`)
    t.match([status, body.errors], [400, [{ pointer: 'querystring:/q' }]])
    t.equal((await create({ name: '\u{1f600}', owner })).status, 201, 'whole characters pass')
  })
})

await t.test('a failure of our own', async (t) => {
  const { deps } = await createTestApp(t)

  await t.test('is a 500 that tells nothing of itself', async (t) => {
    const get = await listen(t, deps, () => {
      throw new Error('the password is swordfish')
    })
    const { status, body } = await get('/v1/broken')
    t.equal(status, 500)
    t.match(body, { title: 'Internal error', code: 'internal_error', instance: /^req_/ })
    t.notMatch(JSON.stringify(body), /swordfish/)
  })

  await t.test('is a 500 too when a statement fails', async (t) => {
    const get = await listen(t, deps, () => deps.db.execute('select swordfish from nothing'))
    const { status, body } = await get('/v1/broken')
    t.match([status, body['code']], [500, 'internal_error'])
    t.notMatch(JSON.stringify(body), /swordfish|nothing|select/)
  })
})

await t.test('a database that is away is a 503', async (t) => {
  const { key, url, deps } = await createTestApp(t)

  await t.test('when nobody listens', async (t) => {
    const get = await listenWithoutDatabase(t, await closedPort())
    t.match(await get('/v1/organizations', key), {
      status: 503,
      body: { code: 'service_unavailable' }
    })
  })

  await t.test('when it hangs up', async (t) => {
    const server = createServer((socket) => socket.once('data', () => socket.end()))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    t.teardown(() => server.close())
    const get = await listenWithoutDatabase(t, (server.address() as AddressInfo).port)
    t.match(await get('/v1/organizations', key), {
      status: 503,
      body: { code: 'service_unavailable' }
    })
  })

  await t.test('also by what the driver says without a code', async (t) => {
    const said = [
      'Connection terminated unexpectedly',
      'Connection terminated due to connection timeout',
      'timeout exceeded when trying to connect',
      'timeout expired'
    ]
    for (const message of said) {
      t.equal(toProblem(new Error(message)).definition.status, 503, message)
      const wrapped = new Error('Failed query', { cause: new Error(message) })
      t.equal(toProblem(wrapped).definition.status, 503)
    }
    t.equal(toProblem(new Error('Failed query')).definition.status, 500)
  })

  await t.test('when it ends the connection of a request under way', async (t) => {
    const get = await listen(t, deps, () =>
      deps.db.execute('select pg_terminate_backend(pg_backend_pid())')
    )
    t.match(await get('/v1/broken'), { status: 503, body: { code: 'service_unavailable' } })
    const response = await fetch(`${url}/v1/organizations`, {
      headers: { authorization: `Bearer ${key}` }
    })
    t.equal(response.status, 200, 'and the next one gets another')
  })
})

/** The app with one more route, which does as it is told. */
async function listen(t: Test, deps: Deps, broken?: () => unknown) {
  const app = await buildApp(deps)
  t.teardown(() => app.close())
  if (broken)
    app.get('/v1/broken', { config: { access: { class: 'public' } } }, async () => broken())
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return async (path: string, key = '') => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` } })
    return { status: response.status, body: (await response.json()) as Record<string, unknown> }
  }
}

async function listenWithoutDatabase(t: Test, port: number) {
  const deps = openDeps(`postgres://nobody@127.0.0.1:${port}/nowhere`, () => new Date())
  t.teardown(() => deps.close())
  return listen(t, deps)
}

async function closedPort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
