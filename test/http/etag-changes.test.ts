import { type SQL, sql } from 'drizzle-orm'
import t from 'tap'
import type { Tx } from '../../src/db/client.js'
import { idToUuid, newId } from '../../src/ids.js'
import { lockPolicy } from '../../src/policy-versions.js'
import { type CallOptions, createTestApp, START, type TestApp } from '../helpers/app.js'
import { untilBlocked } from '../helpers/database.js'
import { dumpRows } from '../helpers/dump.js'
import { lockOrganization } from '../helpers/locks.js'
import { type Json, type Operation, operationsOf, readDocument } from '../helpers/openapi.js'
import { policyDocument } from '../helpers/policies.js'
import { CHANGES, CHANGES_ENVIRONMENT } from './valid-changes.js'
import { tellsOne } from './valid-gets.js'
import { LAST_WORDS, VALID } from './valid-requests.js'

interface Request extends CallOptions {
  readonly path: string
}

/** What needs a beginning of its own: something that is there, and a request that changes it. */
const OWN: Record<string, (app: TestApp) => Promise<Request>> = {
  async putPolicy(app) {
    const key = app.unique('policy')
    const document = { ...policyDocument('standard'), key }
    await app.call('PUT', `/v1/policies/${key}`, { body: { document } })
    return { path: `/v1/policies/${key}`, body: { document: { ...document, locale: 'fr' } } }
  },
  async reactivateMember(app) {
    const request = await VALID['suspendMember']?.(app)
    const at = request?.path.slice(0, -'/suspend'.length) ?? ''
    await app.call('POST', `${at}/suspend`)
    return { path: `${at}/reactivate` }
  }
}

/** What they do is not seen in what the GET of the resource tells. */
const TELLS_THE_SAME = [
  'addResourceOwner',
  'putResourceGroupGrant',
  'recoverWebhookDeliveries',
  'removeResourceOwner',
  'revokeResourceGroupGrant',
  'testWebhookEndpoint'
]

/** What another made of it meanwhile does not allow this any more. */
const CHANGED_OTHERWISE = ['verifyDomainClaim']

const document: Json = await readDocument()
const operations = operationsOf(document)
const gets = operations.filter(tellsOne(document))

/** What an operation changes: the nearest GET of one thing at its path, or above it. */
function resourceOf({ path }: Operation): Operation | undefined {
  const above = gets.filter((get) => path === get.path || path.startsWith(`${get.path}/`))
  return above.toSorted((one, other) => other.path.length - one.path.length)[0]
}

const takes = (operation: Json, header: string): boolean =>
  operation.parameters?.some((one: Json) => one.in === 'header' && one.name === header) ?? false

const takesTags = ({ operation }: Operation) => takes(operation, 'If-Match')
const makeOf = (name: string) => OWN[name] ?? VALID[name] ?? CHANGES[name]

/** The path of the resource, which begins that of the request. */
const cut = (path: string, resource: Operation) =>
  path.split('/').slice(0, resource.path.split('/').length).join('/')

const segment = (path: string, place: number) => path.split('/')[place] ?? ''

interface Place {
  readonly lock: (tx: Tx) => Promise<unknown>
  /** As another writer would, who holds the lock. */
  readonly change: SQL
}

const named = (table: string, column: string, uuid: string) =>
  sql`update ${sql.identifier(table)} set ${sql.identifier(column)} = 'By another'
    where id = ${uuid}`

/** By the GET of what is changed: how somebody else changes it meanwhile. */
const MEANWHILE: Record<string, (id: string) => SQL> = {
  getOrganization: (id) => named('organizations', 'name', idToUuid('org', id)),
  getBilling: (id) => named('organizations', 'plan', idToUuid('org', id)),
  getBranding: (id) => sql`
    insert into brandings (organization_id, color, updated_at)
    values (${idToUuid('org', id)}, '#112233', now())`,
  getCreditSettings: (id) => sql`
    insert into credit_settings (organization_id, mode, updated_at)
    values (${idToUuid('org', id)}, 'shared_pool', now())`,
  getCreditQuotas: (id) => sql`
    insert into credit_quotas (organization_id, scope, key, amount)
    values (${idToUuid('org', id)}, 'everybody', '', 7)`,
  getMember: (id) => named('members', 'name', idToUuid('mem', id)),
  getGroup: (id) => named('groups', 'name', idToUuid('grp', id)),
  getResource: (id) => named('resources', 'name', idToUuid('res', id)),
  getInvitation: (id) => named('invitations', 'message', idToUuid('inv', id)),
  getCreditRequest: (id) => named('credit_requests', 'note', idToUuid('crq', id)),
  getDomainClaim: (id) => sql`
    update domain_claims set expires_at = now() where id = ${idToUuid('dom', id)}`,
  getJoinRequest: (id) => named('join_requests', 'name', idToUuid('jrq', id)),
  getSignupPage: (id) => named('signup_pages', 'name', idToUuid('sgp', id)),
  getWebhookEndpoint: (id) => named('webhook_endpoints', 'description', idToUuid('whe', id)),
  getApiKey: (id) => named('api_keys', 'name', idToUuid('key', id)),
  getPolicy: (key) => sql`
    insert into policies (key, version, document, created_at)
    select key, version + 1, document, created_at from policies where key = ${key}`
}

const lockRow = (table: string, uuid: string) => (tx: Tx) =>
  tx.execute(sql`select from ${sql.identifier(table)} where id = ${uuid} for no key update`)

function placeOf(resource: Operation, at: string): Place {
  const name: string = resource.operation.operationId
  const id = at.split('/').findLast((one) => one.includes('_')) ?? ''
  const change = MEANWHILE[name]?.(id)
  if (!change) throw new Error(`${name} has no entry in MEANWHILE`)
  if (resource.path.includes('{organization_id}')) {
    return { lock: (tx) => lockOrganization(tx, segment(at, 3)), change }
  }
  if (name === 'getPolicy') return { lock: (tx) => lockPolicy(tx, id, 'make'), change }
  return name === 'getApiKey'
    ? { lock: lockRow('api_keys', idToUuid('key', id)), change }
    : { lock: lockRow('webhook_endpoints', idToUuid('whe', id)), change }
}

await t.test('every change of one thing that can be got', async (t) => {
  const app = await createTestApp(t, { environment: CHANGES_ENVIRONMENT })
  const { call, deps } = app
  const tagAt = async (path: string) => (await call('GET', path)).headers.get('etag') ?? ''
  const rows = () => dumpRows(deps.db)

  const direct = operations.filter(
    ({ method, path }) =>
      ['PUT', 'PATCH', 'DELETE'].includes(method) && gets.some((get) => get.path === path)
  )
  t.ok(direct.length >= 18)
  t.same(
    direct.filter((one) => !takesTags(one)).map(({ operation }) => operation.operationId),
    [],
    'each takes If-Match'
  )

  for (const one of operations.filter(takesTags)) {
    const { method, operation } = one
    const name: string = operation.operationId
    const resource = resourceOf(one)
    const make = makeOf(name)
    if (!resource || !make) {
      t.fail(`${name} changes nothing that is known here`)
      continue
    }
    const begin = async () => {
      app.clock.now = START
      const request = await make(app)
      const at = cut(request.path, resource)
      return { request, at, tag: await tagAt(at) }
    }
    const send = ({ path, ...options }: Request, tags: string) =>
      call(method, path, { ...options, headers: { ...options.headers, 'if-match': tags } })

    await t.test(name, async (t) => {
      t.ok(operation.responses['412'])

      await t.test(
        'is refused with another tag, and done with its own, which is another then',
        async (t) => {
          const { request, at, tag } = await begin()
          t.ok(tag)
          const before = await rows()
          for (const tags of ['"stale"', `W/${tag}`, `"a", "b"`]) {
            const answer = await send(request, tags)
            t.match(answer, { status: 412, body: { code: 'precondition_failed' } }, tags)
          }
          for (const tags of ['', 'stale', '"open', `*, ${tag}`, '"a" "b"', `${tag},`]) {
            const answer = await send(request, tags)
            t.match(answer, { status: 400, body: { errors: [{ pointer: 'header:/If-Match' }] } })
          }
          t.same(await rows(), before)

          const answer = await send(request, `"other" , ${tag}`)
          t.ok(answer.status < 300, JSON.stringify(answer.body))
          const after = await call('GET', at)
          const told = answer.headers.get('etag')
          if (told !== null) t.equal(told, after.headers.get('etag'), 'it tells the new one')
          if (after.status === 404) return
          if (TELLS_THE_SAME.includes(name)) t.equal(after.headers.get('etag'), tag)
          else {
            t.not(after.headers.get('etag'), tag)
            const again = await send(request, tag)
            t.match(again, { status: 412, body: { code: 'precondition_failed' } })
          }
        }
      )

      await t.test('is refused when it is not there, or another has come first', async (t) => {
        const { request, at, tag } = await begin()
        const id = at.split('/').findLast((part) => part.includes('_')) ?? ''
        const [prefix = ''] = id.split('_')
        const isKey = prefix === 'policy'
        const missing = isKey ? app.unique('policy') : newId(prefix as 'mem')
        const document = { ...policyDocument('standard'), key: missing }
        const other = {
          ...request,
          path: request.path.replace(id, missing),
          ...(isKey ? { body: { document } } : {})
        }
        for (const tags of ['*', '"stale"']) {
          const answer = await send(other, tags)
          t.equal(answer.status, isKey ? 412 : 404, 'what is not there is that first')
        }

        const { lock, change } = placeOf(resource, at)
        const { answer } = await deps.db.transaction(async (tx) => {
          await lock(tx)
          const answer = send(request, tag)
          await untilBlocked(deps.db)
          await tx.execute(change)
          return { answer }
        })
        t.match(await answer, { status: 412, body: { code: 'precondition_failed' } })
        if (CHANGED_OTHERWISE.includes(name)) return
        const done = await send(request, '*')
        t.ok(done.status < 300, JSON.stringify(done.body))
      })
    })
  }
})

await t.test('no other change overhears an If-Match', async (t) => {
  const app = await createTestApp(t, { environment: CHANGES_ENVIRONMENT })
  const others = operations.filter(
    (one) => one.method !== 'GET' && one.path.startsWith('/v1/') && !takesTags(one)
  )
  t.ok(others.length > 20)
  for (const { method, operation } of others) {
    const name: string = operation.operationId
    const make = makeOf(name)
    if (!make || LAST_WORDS.includes(name)) continue
    const { path, ...options } = await make(app)
    const before = await dumpRows(app.deps.db)
    const answer = await app.call(method, path, { ...options, headers: { 'if-match': '*' } })
    t.match(answer, { status: 400, body: { errors: [{ pointer: 'header:/If-Match' }] } }, name)
    t.same(await dumpRows(app.deps.db), before)
  }
})
