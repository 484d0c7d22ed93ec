import { readFile } from 'node:fs/promises'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormatsModule from 'ajv-formats'
import t from 'tap'
import { OWN_FORMATS } from '../src/http/validation.js'
import { renderOpenApi } from '../src/openapi-document.js'
import { createTestApp } from './helpers/app.js'
import { type Json, operationsOf, readDocument } from './helpers/openapi.js'

/** Pages, what machines watch, and what draws the document: everything else that a client may call is in it. */
const PAGES = [
  '/docs',
  '/openapi.json',
  '/metrics',
  '/problems',
  '/invitations/:token',
  '/join/:slug',
  '/domains/:token',
  '/unsubscribe/:token',
  '/dev/mail',
  '/ops/queues'
]

await t.test('openapi/openapi.json', async (t) => {
  const document = await readDocument()
  const operations = operationsOf(document)

  await t.test('is what the routes declare', async (t) => {
    const committed = await readFile(new URL('../openapi/openapi.json', import.meta.url), 'utf8')
    t.ok(committed === (await renderOpenApi()), 'else: npm run openapi')
  })

  await t.test('is an OpenAPI 3.1 document of this version', async (t) => {
    const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8')
    const { version } = JSON.parse(manifest) as { version: string }
    t.equal(document.openapi, '3.1.0')
    t.equal(document.info.version, version)
  })

  await t.test('has every route of the app but the pages', async (t) => {
    const { app } = await createTestApp(t)
    const documented = new Set(operations.map(({ method, path }) => `${method} ${path}`))
    const missing = routesOf(app.printRoutes({ commonPrefix: false }))
      .filter(({ path }) => !PAGES.some((page) => path === page || path.startsWith(`${page}/`)))
      .map(({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}')}`)
      .filter((route) => !documented.delete(route))
    t.same(missing, [])
    t.same([...documented], [], 'and nothing else is')
  })

  await t.test('says of every operation what it is called and what it is for', async (t) => {
    const ids = operations.map(({ operation }) => operation.operationId)
    t.equal(new Set(ids).size, ids.length, 'every name is given once')
    const tags = document.tags.map((tag: { name: string }) => tag.name)
    for (const { operation } of operations) {
      t.match(operation.operationId, /^[a-z][A-Za-z]+$/)
      t.match(operation.summary, /^[A-Z].{10,}$/, operation.operationId)
      t.same(
        operation.tags.filter((tag: string) => !tags.includes(tag)),
        []
      )
      t.equal(operation.tags.length, 1)
    }
  })

  await t.test('shows an example of every body, and it is one that would be taken', async (t) => {
    const validate = createValidate(document)
    for (const { operation } of operations) {
      const { operationId: name, requestBody, responses } = operation
      if (requestBody) t.same(validate(requestBody.content['application/json']), [], name)
      for (const [status, { content }] of Object.entries<Json>(responses)) {
        if (status.startsWith('2')) t.same(Object.values<Json>(content).flatMap(validate), [], name)
      }
    }
  })

  await t.test('tells of the problems of every operation', async (t) => {
    const ref = { $ref: '#/components/schemas/Problem' }
    for (const { operation, path } of operations) {
      const { operationId: name, responses, security } = operation
      const told = Object.entries<Json>(responses)
        .filter(([, { content }]) => content['application/problem+json'])
        .map(([status, { content }]) => {
          t.same(content['application/problem+json'].schema, ref, name)
          return status
        })
      const needed = ['400', 'default', ...(security.length > 0 ? ['401', '403'] : [])]
      const hidden = path.includes('{') ? ['404'] : []
      t.same(
        [...needed, ...hidden].filter((status) => !told.includes(status)),
        [],
        name
      )
    }
  })

  await t.test('asks for nothing that has a default', async (t) => {
    const asked = JSON.stringify(operations.map(({ operation }) => operation.parameters ?? []))
    t.notMatch(asked, /"default":[^,}]+\}?,"in":"query","name":"\w+","required":true/)
    const invite = operations.find(({ operation }) => operation.operationId === 'createInvitations')
    const { schema } = invite?.operation.requestBody.content['application/json']
    t.equal(schema.properties.send_email.default, true)
    t.notOk(schema.required?.includes('send_email'))
  })
})

await t.test('GET /openapi.json and GET /docs', async (t) => {
  const { call } = await createTestApp(t)

  await t.test('serve the document to anyone', async (t) => {
    const { status, body } = await call('GET', '/openapi.json', { key: null })
    t.equal(status, 200)
    t.same(body, await readDocument())
  })

  await t.test('serve a page to read it by, which loads nothing from elsewhere', async (t) => {
    const { status, headers, body } = await call('GET', '/docs', { key: null })
    t.equal(status, 200)
    t.match(headers.get('content-type'), /^text\/html/)
    const csp = headers.get('content-security-policy') ?? ''
    t.match(csp, /default-src 'none'/)
    t.notMatch(csp, /https?:|upgrade/, 'and works without TLS')
    const sources = [...String(body).matchAll(/(?:src|href)="([^"]+)"/g)].map(
      ([, source]) => source
    )
    t.ok(sources.length > 3)
    for (const source of sources) {
      const path = new URL(String(source), 'http://docs.test/docs/').pathname
      t.equal((await call('GET', path, { key: null })).status, 200, path)
    }
  })
})

/** `printRoutes` draws a tree: a line goes on where the one that it hangs on ends. */
function routesOf(tree: string): { method: string; path: string }[] {
  const above: string[] = []
  return [...tree.matchAll(/^([│ ]*)[├└]── (\S*)(?: \(([A-Z, ]+)\))?$/gm)].flatMap(
    ([, indent = '', part = '', methods = '']) => {
      above.splice(indent.length / 4, above.length, part)
      const path = above.join('').replace(/(?<=.)\/+$/, '')
      return methods
        .split(', ')
        .filter((method) => method !== 'HEAD' && method !== '')
        .map((method) => ({ method, path }))
    }
  )
}

/** A body: one example stands by itself, several have names. */
interface Shown {
  readonly schema: Json
  readonly example?: unknown
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>
}

/** What is wrong with the examples of a body; a body without one is wrong too. */
function createValidate(document: Json) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  ;(addFormatsModule as unknown as typeof addFormatsModule.default)(ajv)
  for (const [name, check] of Object.entries(OWN_FORMATS)) ajv.addFormat(name, check)
  ajv.addSchema({ $id: 'document', ...document })
  const inDocument = (schema: unknown) =>
    JSON.parse(JSON.stringify(schema).replaceAll('"#/components/', '"document#/components/'))

  return ({ schema, example, examples: named = {} }: Shown): unknown[] => {
    const { $ref } = schema
    const { examples = [] } = $ref ? document.components.schemas[$ref.split('/').at(-1)] : schema
    const values = Object.values(named).map(({ value }) => value)
    const shown = [...(example === undefined ? [] : [example]), ...values, ...examples]
    if (shown.length === 0) return ['has no example']
    const check = ajv.compile(inDocument(schema))
    return shown.flatMap((one) => (check(one) ? [] : (check.errors ?? [])))
  }
}
