import t from 'tap'
import { createTestApp, START } from '../helpers/app.js'
import { dumpRows } from '../helpers/dump.js'
import { operationsOf, readDocument } from '../helpers/openapi.js'
import { CHANGES, CHANGES_ENVIRONMENT } from './valid-changes.js'

await t.test('every PUT, PATCH and DELETE', async (t) => {
  const app = await createTestApp(t, { environment: CHANGES_ENVIRONMENT })
  const changes = operationsOf(await readDocument()).filter(({ method }) =>
    ['PUT', 'PATCH', 'DELETE'].includes(method)
  )
  t.ok(changes.length > 25)
  for (const { operation } of changes) {
    const name: string = operation.operationId
    await t.test(`${name} changes nothing when it is said again later`, async (t) => {
      const make = CHANGES[name]
      if (!make) {
        t.fail(`${name} has no entry in CHANGES`)
        return
      }
      app.clock.now = START
      const { method, path, ...options } = await make(app)
      const first = await app.call(method, path, options)
      t.ok(first.status < 300, JSON.stringify(first.body))
      const before = await dumpRows(app.deps.db)
      app.clock.now = new Date(START.getTime() + 1_000)
      const second = await app.call(method, path, options)
      t.ok([200, 404, 409].includes(second.status), JSON.stringify(second.body))
      t.same(await dumpRows(app.deps.db), before)
    })
  }
})
