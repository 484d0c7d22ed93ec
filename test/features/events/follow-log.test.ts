import { setMaxListeners } from 'node:events'
import { request } from 'node:http'
import pg from 'pg'
import t from 'tap'
import { createLogFollower, WAITING_MAX } from '../../../src/features/events/follow-log.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import { countLooks, drain, latest, untilQuiet } from '../../helpers/event-feed.js'

const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)
const rename = ({ call }: TestApp, path: string, name = 'Renamed') =>
  call('PATCH', path, { body: { name } })

await t.test('a long poll', async (t) => {
  const app = await createTestApp(t)
  const { organization, apiKey, call } = app
  const org = await organization()
  const other = await organization()

  await t.test('answers as soon as something has happened', async (t) => {
    const cursor = await latest(app)
    const looks = countLooks(t)
    const waiting = call('GET', `/v1/events?cursor=${cursor}&wait=30`)
    await until(async () => looks() > 3)
    await rename(app, org.path, 'Woken')
    const { body } = await waiting
    t.match(body.data, [{ changes: { name: ['Acme', 'Woken'] } }])
    await untilQuiet(looks)
    t.pass('and nobody looks while nobody waits')
  })

  await t.test('is not woken by what is not meant', async (t) => {
    const cursor = await latest(app)
    const { key } = await apiKey({ organization_ids: [org.id] })
    const looks = countLooks(t)
    const at = `/v1/events?cursor=${cursor}&wait=30`
    const waiting = [
      call('GET', `${at}&types=group.*`),
      call('GET', `${at}&organization_id=${org.id}`),
      call('GET', at, { key })
    ]
    await until(async () => looks() > 3)
    await rename(app, other.path)
    await until(async () => (await drain(app, { path: '/v1/events', cursor, least: 1 })).events)
    const before = looks()
    await until(async () => looks() > before + 3)
    await call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })
    for (const { body } of await Promise.all(waiting)) t.same(typesOf(body.data), ['group.created'])
  })

  await t.test('answers with nothing and a cursor when its time is over', async (t) => {
    const cursor = await latest(app)
    const begun = performance.now()
    const { status, body } = await call('GET', `/v1/events?cursor=${cursor}&wait=1`)
    t.ok(performance.now() - begun >= 1_000)
    t.match([status, body.data, body.has_more], [200, [], false])
    t.type(body.next_cursor, 'string')
  })

  await t.test('is over when its client has gone', async (t) => {
    const cursor = await latest(app)
    const looks = countLooks(t)
    const headers = { authorization: `Bearer ${app.key}` }
    const asked = request(`${app.url}/v1/events?cursor=${cursor}&wait=30`, {
      headers,
      agent: false
    })
    asked.on('error', () => undefined)
    asked.end()
    await until(async () => looks() > 3)
    asked.destroy()
    await untilQuiet(looks)
    t.pass('nobody looks any more')
  })

  await t.test('is answered at once when the server stops', async (t) => {
    const stopping = await createTestApp(t)
    const cursor = await latest(stopping)
    const looks = countLooks(t)
    const waiting = stopping.call('GET', `/v1/events?cursor=${cursor}&wait=30`)
    await until(async () => looks() > 3)
    const begun = performance.now()
    const [{ status, body }] = await Promise.all([waiting, stopping.app.close()])
    t.ok(performance.now() - begun < 15_000)
    t.match([status, body.data, body.next_cursor], [200, [], cursor])
  })
})

await t.test('the follower of the log', async (t) => {
  const { deps } = await createTestApp(t)
  const gone = new AbortController()
  setMaxListeners(0, gone.signal)
  const wait = { isMeant: () => true, ms: 30_000, gone: gone.signal }

  await t.test('lets so many wait, and whoever comes then is answered at once', async (t) => {
    const follower = createLogFollower(deps.db)
    const { settled: readTo } = await follower.look()
    const waiting = Array.from({ length: WAITING_MAX }, () => follower.wait({ ...wait, readTo }))
    t.equal(await follower.wait({ ...wait, readTo }), false)
    follower.close()
    t.same(new Set(await Promise.all(waiting)), new Set([false]))
    t.equal(await follower.wait({ ...wait, readTo }), false, 'nor does anybody after the end')
  })

  await t.test('tells all who wait when it cannot look', async (t) => {
    const pool = new pg.Pool({ connectionString: 'postgres://127.0.0.1:1/none' })
    t.teardown(() => pool.end())
    const run = async () => {
      await pool.query('select 1')
      return []
    }
    const follower = createLogFollower({ ...deps.db, run } as typeof deps.db)
    await t.rejects(follower.wait({ ...wait, readTo: 0 }), { code: 'ECONNREFUSED' })
    await t.rejects(follower.wait({ ...wait, readTo: 0 }), 'and begins anew with the next')
  })

  await t.test('does not wait where there is news already', async (t) => {
    const follower = createLogFollower(deps.db)
    const { settled } = await until(async () => {
      const view = await follower.look()
      return view.settled > 0 && view
    })
    const first = follower.wait({ ...wait, readTo: 0 })
    t.equal(await first, true)
    const long = follower.wait({ ...wait, readTo: settled })
    t.equal(await follower.wait({ ...wait, readTo: settled - 1 }), true)
    follower.close()
    t.equal(await long, false)
  })
})
