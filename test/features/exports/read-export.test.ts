import { setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import t from 'tap'
import { newId } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import { exportAll, insertExport } from '../../helpers/exports.js'

await t.test('the download of an export', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, url, key } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const org = await app.organization()
  const get = (path: string, options: { method?: string; signal?: AbortSignal } = {}) =>
    fetch(`${url}${path}`, { headers: { authorization: `Bearer ${key}` }, ...options })

  await t.test('is NDJSON, with its length and a name for it', async (t) => {
    const { at, finished, file } = await exportAll(app, org.path)
    const { status, headers, body } = await call('GET', `${at}/download`)
    t.equal(status, 200)
    t.match(Object.fromEntries(headers), {
      'content-type': 'application/x-ndjson',
      'content-length': String(finished.bytes),
      'content-disposition': `attachment; filename="muster-export-${org.id}-2030-01-01.ndjson"`,
      'cache-control': 'no-store'
    })
    t.equal(body, file)
    const head = await get(`${at}/download`, { method: 'HEAD' })
    t.equal(head.status, 404, 'read for nobody')
  })

  await t.test('is there for 7 days, to the instant', async (t) => {
    const { at, id } = await exportAll(app, org.path)
    const end = new Date(START.getTime() + 7 * DAY_MS)
    clock.now = new Date(end.getTime() - 1)
    t.equal((await call('GET', `${at}/download`)).status, 200)
    clock.now = end
    const { status, body } = await call('GET', `${at}/download`, {
      headers: { 'accept-language': 'fr' }
    })
    t.match([status, body.code, body.expired_at], [410, 'export_expired', end.toISOString()])
    t.match(body.detail, 'Il pouvait être téléchargé jusqu’au 2030-01-08')
    t.match((await call('GET', at)).body, { id, status: 'expired', lines: Number })
    const { body: list } = await call('GET', `${org.path}/exports?limit=1`)
    t.match(list.data, [{ id, status: 'expired' }])
  })

  await t.test('is refused as long as the export is not finished', async (t) => {
    const other = await app.organization()
    const { body: started } = await call('POST', `${other.path}/exports`)
    const answer = await call('GET', `${other.path}/exports/${String(started.id)}/download`)
    t.match(answer, {
      status: 409,
      body: { code: 'export_not_finished', export_status: 'queued' }
    })
  })

  await t.test('is not of another organization', async (t) => {
    const { id } = await exportAll(app, org.path)
    const other = await app.organization()
    for (const rest of ['', '/download']) {
      const answer = await call('GET', `${other.path}/exports/${id}${rest}`)
      t.match(answer, { status: 404, body: { code: 'not_found' } })
    }
  })

  await t.test('breaks off where the file does, so that nobody takes it for whole', async (t) => {
    const { organizationId, id } = { organizationId: org.id, id: newId('exp') }
    await insertExport(app, { organizationId, id }, { chunks: 2 })
    await app.deps.db.execute('delete from export_chunks where number = 2')
    const response = await get(`${org.path}/exports/${id}/download`)
    t.equal(response.status, 200)
    await t.rejects(response.text())
  })

  await t.test('reads on only as the reader takes it, and stops when they go', async (t) => {
    const CHUNKS = 100
    const { organizationId, id } = { organizationId: org.id, id: newId('exp') }
    const content = Buffer.alloc(524_288, 'x')
    await insertExport(app, { organizationId, id }, { chunks: CHUNKS, content })
    const query = Reflect.get(pg.Client.prototype, 'query') as (...values: unknown[]) => unknown
    const asked = t.capture(pg.Client.prototype, 'query', query)
    let count = 0
    const reads = () => {
      count += asked().filter(({ args }) =>
        JSON.stringify(args[0]).includes('export_chunks')
      ).length
      return count
    }
    /** Until nothing has been read for so many turns. */
    const settled = () =>
      until(async () => {
        const before = reads()
        for (let one = 0; one < 20_000; one += 1) await turn()
        return reads() === before && { reads: before }
      })
    const abort = new AbortController()
    const response = await get(`${org.path}/exports/${id}/download`, { signal: abort.signal })
    t.equal(response.headers.get('content-length'), String(CHUNKS * content.length))
    const waiting = (await settled()).reads
    t.ok(waiting > 0 && waiting < CHUNKS / 2, `${waiting} of ${CHUNKS} chunks`)
    abort.abort()
    await response.text().catch(() => undefined)
    t.ok((await settled()).reads < CHUNKS / 2, 'nothing is read for nobody')
    t.equal((await call('GET', org.path)).status, 200)
  })
})
