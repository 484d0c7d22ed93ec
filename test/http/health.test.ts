import t from 'tap'
import { buildHealthApp } from '../../src/app.js'
import type { Deps } from '../../src/deps.js'
import { createTestApp } from '../helpers/app.js'

await t.test('health and readiness', async (t) => {
  const { call, deps } = await createTestApp(t)
  const get = async (changed: Partial<Deps>, path: string) => {
    const app = await buildHealthApp({ ...deps, ...changed })
    t.teardown(() => app.close())
    const response = await app.inject(path)
    return { status: response.statusCode, body: response.json<unknown>() }
  }
  const away = () => Promise.reject(new Error('away'))

  await t.test('a process that can work says so, without a key', async (t) => {
    t.match(await call('GET', '/healthz', { key: null }), { status: 200, body: { status: 'ok' } })
    t.match(await call('GET', '/readyz', { key: null }), {
      status: 200,
      body: { status: 'ready', checks: { database: 'ok', queue: 'ok' } }
    })
  })

  await t.test('without its queue it is alive, and not ready', async (t) => {
    const queue = { ...deps.queue, ping: away }
    t.same(await get({ queue }, '/readyz'), {
      status: 503,
      body: { status: 'not_ready', checks: { database: 'ok', queue: 'unreachable' } }
    })
    t.equal((await get({ queue }, '/healthz')).status, 200)
  })

  await t.test('without its database likewise', async (t) => {
    const db = { execute: away } as unknown as Deps['db']
    t.match(await get({ db }, '/readyz'), {
      status: 503,
      body: { checks: { database: 'unreachable', queue: 'ok' } }
    })
  })
})
