import t from 'tap'
import { createTestApp, START, type TestApp } from '../helpers/app.js'
import { dumpRows } from '../helpers/dump.js'
import { type Json, operationsOf, readDocument } from '../helpers/openapi.js'
import { CHANGES_ENVIRONMENT } from './valid-changes.js'
import { GETS, tellsOne } from './valid-gets.js'

const TAG = /^"[\w-]{27}"$/
const document: Json = await readDocument()

await t.test('every GET of one thing', async (t) => {
  const app = await createTestApp(t, { environment: CHANGES_ENVIRONMENT })
  const gets = operationsOf(document).filter(tellsOne(document))
  t.ok(gets.length > 25)

  for (const { operation } of gets) {
    const name: string = operation.operationId
    await t.test(`${name} tells a tag, and nothing to whoever has what it is of`, async (t) => {
      const make = GETS[name]
      if (!make) {
        t.fail(`${name} has no entry in GETS`)
        return
      }
      app.clock.now = START
      const path = await make(app)
      const first = await app.call('GET', path)
      t.equal(first.status, 200, JSON.stringify(first.body))
      const tag = first.headers.get('etag') ?? ''
      t.match(tag, TAG)
      t.equal((await app.call('GET', path)).headers.get('etag'), tag, 'the same twice')
      t.equal((await app.call('HEAD', path)).headers.get('etag'), tag, 'by HEAD as well')

      for (const known of [tag, `W/${tag}`, `"another", ${tag}`, '*']) {
        const answer = await app.call('GET', path, { headers: { 'if-none-match': known } })
        t.match([answer.status, answer.body], [304, ''], known)
        t.equal(answer.headers.get('etag'), tag)
        t.notOk(answer.headers.has('content-type'))
      }
      for (const other of ['"another"', tag.slice(1, -1), `x${tag}`, '']) {
        const answer = await app.call('GET', path, { headers: { 'if-none-match': other } })
        t.match([answer.status, answer.body], [200, first.body], other)
      }
      const names = operation.parameters?.map((one: Json) => one.name) ?? []
      t.ok(names.includes('If-None-Match'))
      t.ok(operation.responses['304'].headers.ETag)
      t.ok(operation.responses['200'].headers.ETag)
    })
  }
})

await t.test('A tag', async (t) => {
  const app = await createTestApp(t)
  const tagOf = async (path: string, options: Parameters<TestApp['call']>[2] = {}) =>
    (await app.call('GET', path, options)).headers.get('etag') ?? ''

  await t.test('is of what this caller is told, in their language', async (t) => {
    const org = await app.organization()
    const [ana, bo] = [await app.member(org.path), await app.member(org.path)]
    const at = `${org.path}/members/${ana.id}`
    const told = [await tagOf(at), await tagOf(at, { actor: bo.as })]
    t.equal(new Set(told).size, 2, 'what somebody has used is not for everybody')
    const summary = `${org.path}/summary`
    const french = { headers: { 'accept-language': 'fr' } }
    t.not(await tagOf(summary), await tagOf(summary, french))

    const body = { name: 'Ana Lima' }
    const [own = '', others = ''] = told
    const before = await dumpRows(app.deps.db)
    const stale = await app.call('PATCH', at, { body, headers: { 'if-match': others } })
    t.match(stale, { status: 412, body: { code: 'precondition_failed' } })
    t.same(await dumpRows(app.deps.db), before)
    t.equal((await app.call('PATCH', at, { body, headers: { 'if-match': own } })).status, 200)
  })

  await t.test('is of neither a list nor a problem', async (t) => {
    const { path } = await app.organization()
    for (const at of [`${path}/members`, `${path}/events`, `${path}/members/mem_x`, '/healthz']) {
      t.notOk((await app.call('GET', at)).headers.has('etag'), at)
    }
  })

  await t.test('that did not match is told in the reader’s language', async (t) => {
    const { path } = await app.organization()
    const headers = { 'if-match': '"stale"', 'accept-language': 'fr' }
    const { body } = await app.call('PATCH', path, { body: { name: 'Other' }, headers })
    t.match(body, { status: 412, title: 'Précondition non remplie' })
  })

  await t.test('does not keep the repetition of an answered key from its answer', async (t) => {
    const { path } = await app.organization()
    const { id } = await app.member(path)
    const at = `${path}/members/${id}`
    const headers = { 'if-match': await tagOf(at), 'idempotency-key': app.unique('k') }
    const first = await app.call('POST', `${at}/suspend`, { headers })
    t.equal(first.status, 200)
    t.not(await tagOf(at), headers['if-match'])
    const second = await app.call('POST', `${at}/suspend`, { headers })
    t.match([second.status, second.body], [200, first.body])
    t.equal(second.headers.get('idempotent-replayed'), 'true')
    const other = { ...headers, 'idempotency-key': app.unique('k') }
    t.equal((await app.call('POST', `${at}/suspend`, { headers: other })).status, 412)
    const again = { ...other, 'if-match': await tagOf(at) }
    const after = await app.call('POST', `${at}/suspend`, { headers: again })
    t.equal(after.status, 200, 'a refusal is not kept')
  })
})
