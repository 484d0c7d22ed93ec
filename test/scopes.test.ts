import { readFile } from 'node:fs/promises'
import t from 'tap'
import { SCOPES } from '../src/scopes.js'
import { operationsOf, readDocument } from './helpers/openapi.js'
import { appWithRoutes } from './helpers/routes.js'

await t.test('what a key may do', async (t) => {
  const { routes } = await appWithRoutes(t)
  const scopeOf = new Map(
    routes.flatMap(({ operationId, access }) =>
      operationId === undefined || access.class === 'public' ? [] : [[operationId, access.scope]]
    )
  )

  await t.test('is said of every operation', async (t) => {
    for (const { operation } of operationsOf(await readDocument())) {
      const { operationId: id, description = '' } = operation
      const [, told] = /Scope: `([^`]+)`\.$/.exec(String(description)) ?? []
      t.equal(told, scopeOf.get(String(id)), String(id))
    }
  })

  await t.test('is listed for operators, all of it', async (t) => {
    const page = await readFile(new URL('../docs/operating.md', import.meta.url), 'utf8')
    const [, section = ''] = /## API keys\n([\s\S]*?)\n`POST/.exec(page) ?? []
    const [, ...listed] = [...section.matchAll(/`([^`]+)`/g)].map(([, scope]) => scope)
    t.same(listed.toSorted(), SCOPES.toSorted())
  })

  await t.test('is taken by something, and reading is never writing', async (t) => {
    const taken = new Set<string>(scopeOf.values())
    // Each is asked for beside the scope of a route, or by what a body says.
    const beside = ['*', 'members:act-as', 'member-tokens:write']
    t.same(
      SCOPES.filter((scope) => !taken.has(scope) && !beside.includes(scope)),
      []
    )
    for (const { method, access, operationId } of routes) {
      if (access.class === 'public' || method !== 'GET' || operationId === undefined) continue
      t.match(access.scope, /:read$/, operationId)
    }
  })
})
