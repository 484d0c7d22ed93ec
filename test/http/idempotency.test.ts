import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp, DAY_MS, START, type TestApp } from '../helpers/app.js'
import { untilBlocked } from '../helpers/database.js'
import { dumpRows, dumpTables } from '../helpers/dump.js'
import { lockOrganization } from '../helpers/locks.js'
import { operationsOf, readDocument } from '../helpers/openapi.js'
import { LAST_WORDS, organizationBody, VALID, type Valid } from './valid-requests.js'

/**
 * What only answers keeps nothing: an answer that was kept would tell of a right that is gone. Nor
 * does what changes nothing when it is told twice. Each proves it by a test of its own.
 */
const ANSWERED_ANEW = ['authorize', 'listJoinableOrganizations', 'receiveMailEvent']

/** Its key belongs to the transfer, whoever sends it: test/features/credits/keys.test.ts. */
const KEPT_WITH_THEIR_OWN = ['createCreditTransfers']
const ELSEWHERE = [...ANSWERED_ANEW, ...KEPT_WITH_THEIR_OWN]

const post = (app: TestApp, { path, ...request }: Valid, headers: Record<string, string>) =>
  app.call('POST', path, { ...request, headers })

const isReplayed = ({ headers }: { headers: Headers }) =>
  headers.get('idempotent-replayed') === 'true'

const LOSES_ANSWER = 'x-test-loses-answer'

/** As when the process dies once the command is committed: not a byte of the answer gets out. */
function loseAnswers({ app }: TestApp): void {
  app.server.prependListener('request', (request, response) => {
    if (request.headers[LOSES_ANSWER] === undefined) return
    response.writeHead = () => {
      request.socket.destroy()
      return response
    }
  })
}

await t.test('Idempotency-Key, at every POST', async (t) => {
  const environment = { MUSTER_TRUSTED_PROXIES: '127.0.0.1' }
  const app = await createTestApp(t, { environment })
  loseAnswers(app)
  const rows = () => dumpRows(app.deps.db, ['idempotency_keys'])
  const posts = operationsOf(await readDocument()).filter(
    ({ method, operation }) => method === 'POST' && !ELSEWHERE.includes(operation.operationId)
  )
  t.ok(posts.length > 0)

  for (const { operation } of posts) {
    if (LAST_WORDS.includes(operation.operationId)) continue
    const valid = VALID[operation.operationId]
    if (!valid) {
      t.fail(`${String(operation.operationId)} has no entry in VALID`)
      continue
    }
    await t.test(operation.operationId, async (t) => {
      await t.test('runs once: a repetition gets the same answer and does nothing', async (t) => {
        const request = await valid(app)
        const headers = { 'idempotency-key': app.unique('k') }
        const first = await post(app, request, headers)
        t.ok([200, 201, 202].includes(first.status), JSON.stringify(first.body))
        t.notOk(isReplayed(first))
        const before = await rows()
        const second = await post(app, request, headers)
        t.ok(isReplayed(second))
        t.same([second.status, second.body], [first.status, first.body])
        t.same(await rows(), before)
      })

      await t.test('is told what was done when the answer was lost on its way', async (t) => {
        const request = await valid(app)
        const headers = { 'idempotency-key': app.unique('k') }
        await t.rejects(post(app, request, { ...headers, [LOSES_ANSWER]: 'yes' }))
        const before = await rows()
        const retried = await post(app, request, headers)
        t.ok(retried.status < 300, JSON.stringify(retried.body))
        t.ok(isReplayed(retried), 'it was done, although nobody was told')
        t.same(await rows(), before)
      })

      await t.test('is 422 with another body', async (t) => {
        const request = await valid(app)
        const headers = { 'idempotency-key': app.unique('k') }
        await post(app, request, headers)
        const before = await rows()
        const { other = { other: 'body' } } = request
        const answer = await post(app, { ...request, body: other }, headers)
        t.match(
          answer,
          request.other === undefined
            ? { status: 400, body: { errors: [{ detail: 'must be left out' }] } }
            : { status: 422, body: { code: 'idempotency_key_reused' } }
        )
        t.same(await rows(), before)
      })

      await t.test('is another command when another caller says it', async (t) => {
        const request = await valid(app)
        const headers = { 'idempotency-key': app.unique('k') }
        await post(app, request, headers)
        const isPublic = request.key === null
        const other = isPublic ? {} : { key: (await app.apiKey({})).key }
        const from = isPublic ? { 'x-forwarded-for': '203.0.113.9' } : {}
        const answer = await post(app, { ...request, ...other }, { ...headers, ...from })
        t.notOk(isReplayed(answer))
        t.not(answer.body.code, 'idempotency_key_reused')
      })

      await t.test('is 409 while the first is under way, which is then answered', async (t) => {
        const request = await valid(app)
        const headers = { 'idempotency-key': app.unique('k') }
        const { first } = await app.deps.db.transaction(async (tx) => {
          // The command has run, and waits to keep its answer.
          await tx.execute(sql`lock table idempotency_keys in share mode`)
          const first = post(app, request, headers)
          await untilBlocked(app.deps.db)
          const second = await post(app, request, headers)
          t.match(second, { status: 409, body: { code: 'idempotency_key_in_use' } })
          return { first }
        })
        const answered = await first
        t.ok(answered.status < 300)
        const third = await post(app, request, headers)
        t.ok(isReplayed(third))
        t.same(third.body, answered.body)
      })
    })
  }
})

await t.test('Idempotency-Key', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member, clock, deps, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const create = (headers: Record<string, string>, body = organizationBody(app)) =>
    call('POST', '/v1/organizations', { body, headers })

  await t.test('is known for 24 hours, then it is a new command', async (t) => {
    const headers = { 'idempotency-key': unique('k') }
    const body = organizationBody(app)
    const first = await create(headers, body)
    clock.now = new Date(START.getTime() + DAY_MS - 1)
    t.equal((await create(headers, body)).body.id, first.body.id)
    clock.now = new Date(START.getTime() + DAY_MS)
    const later = await create(headers, body)
    t.notOk(isReplayed(later))
    t.not(later.body.id, first.body.id)
    t.ok(isReplayed(await create(headers, body)), 'which is kept in its turn')
  })

  await t.test('keeps nothing of a refusal: the same request may succeed later', async (t) => {
    const org = await organization({ billing: { seats: 1 } })
    const request = { headers: { 'idempotency-key': 'k' }, body: { emails: 'late@acme.test' } }
    const refused = await call('POST', `${org.path}/invitations`, request)
    t.match(refused, { status: 409, body: { code: 'seats_exhausted' } })
    await call('PUT', `${org.path}/billing`, { body: { seats: 2 } })
    const answer = await call('POST', `${org.path}/invitations`, request)
    t.equal(answer.status, 201)
    t.notOk(isReplayed(answer))
  })

  await t.test('is held by a command that waits for the organization', async (t) => {
    const org = await organization()
    const request = { headers: { 'idempotency-key': 'k' }, body: { emails: 'wait@acme.test' } }
    const { first } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const first = call('POST', `${org.path}/invitations`, request)
      await untilBlocked(deps.db)
      const second = await call('POST', `${org.path}/invitations`, request)
      t.match(second, { status: 409, body: { code: 'idempotency_key_in_use' } })
      return { first }
    })
    t.equal((await first).status, 201)
  })

  await t.test('belongs to the member acted for, not to the API key alone', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { role: 'admin' })
    const headers = { 'idempotency-key': unique('k') }
    const request = (email: string) => ({ headers, body: { emails: email } })
    const path = `${org.path}/invitations`
    const asked = [
      await call('POST', path, request('one@actor.test')),
      await call('POST', path, { ...request('two@actor.test'), actor: org.as }),
      await call('POST', path, { ...request('three@actor.test'), actor: ana.as })
    ]
    t.same(
      asked.map(({ status }) => status),
      [201, 201, 201]
    )
    t.ok(isReplayed(await call('POST', path, { ...request('two@actor.test'), actor: org.as })))
  })

  await t.test('belongs to one address: two organizations may be sent the same', async (t) => {
    const headers = { 'idempotency-key': unique('k') }
    for (const { path } of [await organization(), await organization()]) {
      const answer = await call('POST', `${path}/invitations`, {
        headers,
        body: { emails: 'same@acme.test' }
      })
      t.equal(answer.status, 201)
      t.notOk(isReplayed(answer))
    }
  })

  await t.test('is another request when the query says something else', async (t) => {
    const org = await organization()
    const { id } = await member(org.path)
    const at = `${org.path}/members/${id}/suspend`
    const headers = { 'idempotency-key': unique('k') }
    const first = await call('POST', `${at}?confirm=true`, { headers })
    t.equal(first.status, 200, JSON.stringify(first.body))
    const other = await call('POST', at, { headers })
    t.match(other, { status: 422, body: { code: 'idempotency_key_reused' } })
    t.ok(isReplayed(await call('POST', `${at}?confirm=true`, { headers })))
  })

  await t.test('is the same quoted and bare', async (t) => {
    const key = unique('k')
    const body = organizationBody(app)
    const { body: first } = await create({ 'idempotency-key': key }, body)
    const second = await create({ 'idempotency-key': `"${key}"` }, body)
    t.ok(isReplayed(second))
    t.equal(second.body.id, first.id)
  })

  await t.test('has 1 to 255 printable characters', async (t) => {
    for (const key of ['', '""', 'a b', '"open', 'k'.repeat(256), 'café']) {
      const { status, body } = await create({ 'idempotency-key': key })
      t.match([status, body.code], [400, 'invalid_request'], key)
      t.match(body.errors, [{ pointer: 'header:/Idempotency-Key' }])
    }
    t.equal((await create({ 'idempotency-key': 'k'.repeat(255) })).status, 201)
  })

  await t.test('leaves no secret of an answer in the database', async (t) => {
    const headers = { 'idempotency-key': unique('k') }
    const body = { name: 'secret', scopes: ['*'] }
    const { body: key } = await call('POST', '/v1/api-keys', { headers, body })
    t.equal((await call('POST', '/v1/api-keys', { headers, body })).body.api_key, key.api_key)
    const org = await organization()
    const invited = { emails: 'ana@acme.test', send_email: false }
    const answer = await call('POST', `${org.path}/invitations`, { headers, body: invited })
    const { token } = await invite(org.path, 'bo@acme.test')
    const secrets: string[] = [
      key.api_key.split('_').at(-1),
      answer.body.data[0].link.split('/').at(-1),
      token
    ]

    const stored = [...(await dumpTables(deps.db)).values()].flat().join('\n')
    t.ok(stored.includes('ana@acme.test'), 'what is stored is searched')
    for (const secret of secrets) {
      t.ok(secret.length > 40)
      t.notOk(stored.includes(secret))
      t.notOk(stored.includes(Buffer.from(secret).toString('hex')), 'nor as bytes')
    }
  })
})
