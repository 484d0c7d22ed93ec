import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sql } from 'drizzle-orm'
import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import { untilQuiet } from '../../helpers/event-feed.js'
import { FOREVER, fillLog, NO_MONTH } from '../../helpers/event-log.js'
import { CSV, countStatements, endOf, linesOf, NDJSON, openLines } from '../../helpers/files.js'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** What only the statement of a page has. */
const PAGE = 'from events e left join'

await t.test('GET {o}/events as a file', async (t) => {
  const { call, organization, member } = await createTestApp(t)
  const org = await organization({ name: '=1+1' })
  await member(org.path)
  await call('PATCH', org.path, {
    actor: org.as,
    headers: { 'muster-actor-ip': '203.0.113.7', 'muster-actor-user-agent': '@x' },
    body: { name: 'A, "B"' }
  })
  const { body: page } = await call('GET', `${org.path}/events?limit=100`)
  const oldestFirst = [...page.data].reverse()

  await t.test('has every event on a line, oldest first, in the shape of the list', async (t) => {
    const { status, headers, body } = await call('GET', `${org.path}/events`, { headers: NDJSON })
    t.equal(status, 200)
    t.equal(headers.get('content-type'), 'application/x-ndjson')
    t.equal(headers.get('vary'), 'Accept')
    t.equal(headers.get('content-disposition'), `attachment; filename="events-${org.id}.ndjson"`)
    t.ok(String(body).endsWith('}\n'))
    t.same(linesOf(body), oldestFirst)
  })

  await t.test('or has one record of CSV for each, which runs no formula', async (t) => {
    const { status, headers, body } = await call('GET', `${org.path}/events`, { headers: CSV })
    t.equal(status, 200)
    t.equal(headers.get('content-type'), 'text/csv; charset=utf-8; header=present')
    t.match(headers.get('content-disposition'), /^attachment; filename="events-org_\w+\.csv"$/)
    const [header, ...records] = String(body).trimEnd().split('\r\n')
    t.equal(
      header,
      'id,type,occurred_at,actor_type,actor_id,actor_name,subject_type,subject_id,data,changes,' +
        'request_id,policy_version,ip,user_agent,api_key_id'
    )
    t.equal(records.length, oldestFirst.length)
    t.same(
      records.map((record) => record.split(',')[0]),
      oldestFirst.map(({ id }) => id)
    )
    t.match(records.at(-1), /,member,mem_\w+,Olga,organization,org_/)
    t.match(records.at(-1), /,203\.0\.113\.7,'@x,key_\w+$/)
    t.ok(records.at(-1)?.includes('""name"":[""=1+1"",""A, \\""B\\""""]'), 'JSON in a cell')
  })

  await t.test('is narrowed as the list is', async (t) => {
    const query = '?type=organization.*&q=a,'
    const { body } = await call('GET', `${org.path}/events${query}`, { headers: NDJSON })
    const { body: list } = await call('GET', `${org.path}/events${query}`)
    t.equal(list.data.length, 1)
    t.same(linesOf(body), list.data)
    const none = `${org.path}/events?type=group.created`
    t.equal((await call('GET', none, { headers: NDJSON })).body, '')
    t.equal(String((await call('GET', none, { headers: CSV })).body).split('\r\n').length, 2)
  })

  await t.test('has no pages, and comes in no other form', async (t) => {
    for (const [name, value] of Object.entries({ limit: 25, cursor: 'x', include_total: false })) {
      const at = `${org.path}/events?${name}=${String(value)}`
      t.match(await call('GET', at, { headers: CSV }), {
        status: 400,
        body: { errors: [{ pointer: `querystring:/${name}` }] }
      })
    }
    const headers = { accept: 'application/pdf', 'accept-language': 'fr' }
    const refused = await call('GET', `${org.path}/events`, { headers })
    t.match(refused, { status: 406, body: { code: 'not_acceptable', detail: /text\/csv/ } })
    t.equal(refused.headers.get('vary'), 'Accept')
    t.match((await call('GET', `${org.path}/events`)).headers.get('content-type'), /json/)
  })

  await t.test('is for roles that may look', async (t) => {
    const plain = await member(org.path)
    const answer = await call('GET', `${org.path}/events`, { actor: plain.as, headers: CSV })
    t.match(answer, { status: 403, body: { code: 'not_permitted' } })
    t.equal((await call('GET', `${org.path}/events`, { key: null, headers: CSV })).status, 401)
  })
})

const ROWS = 120_000
/** What a page, the buffers of the sockets and the tests themselves take, and much less than the file. */
const HEAP_GROWTH_MAX = 48 * 1_048_576

await t.test('a file of a large log', { timeout: 240_000 }, async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, call } = app
  const org = await app.organization()
  for (const keepUntil of [FOREVER, NO_MONTH]) {
    await fillLog(deps.db, org.id, { count: ROWS / 2, keepUntil, padding: 350 })
  }
  const path = `${org.path}/events`

  await t.test('takes the memory of a page, and begins at once', async (t) => {
    const pages = countStatements(t, PAGE)
    const before = heap()
    const answer = await openLines(app, path)
    t.ok(pages() < ROWS / 2_000 / 5, 'the first byte comes with the first pages')
    let [bytes, lines, most] = [0, 0, 0]
    for await (const chunk of answer) {
      const { length } = chunk as Buffer
      for (const byte of chunk as Buffer) if (byte === 10) lines += 1
      if (Math.floor(bytes / 8_000_000) !== Math.floor((bytes + length) / 8_000_000)) {
        most = Math.max(most, heap())
      }
      bytes += length
    }
    t.equal(lines, ROWS + 2)
    t.ok(bytes > 1.5 * HEAP_GROWTH_MAX, `${bytes} bytes`)
    t.ok(most > 0 && most - before < HEAP_GROWTH_MAX, `grew by ${most - before} bytes`)
    t.ok(pages() >= ROWS / 2_000)
  })

  await t.test('waits for a slow reader, and holds nothing meanwhile', async (t) => {
    const pages = countStatements(t, PAGE)
    const answer = await openLines(app, path)
    answer.pause()
    await untilQuiet(pages)
    t.ok(pages() < ROWS / 2_000 / 3, `${pages()} pages`)
    const { rows } = await deps.db.execute<{ count: number }>(sql`
      select count(*)::int as count from pg_stat_activity
      where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()`)
    t.equal(rows[0]?.count, 0, 'no transaction is open')
    const read = pages()
    answer.resume()
    await until(async () => pages() > read + 20)
    answer.destroy()
  })

  await t.test('ends when its reader goes away', async (t) => {
    const pages = countStatements(t, PAGE)
    const answer = await openLines(app, path)
    answer.destroy()
    await untilQuiet(pages)
    t.ok(pages() < ROWS / 2_000 / 3, `${pages()} pages`)
  })

  await t.test('finds the rare one, looking at so many at a time', async (t) => {
    const { body } = await call('GET', `${path}?q=59999@filler`, { headers: NDJSON })
    t.match(linesOf(body), [
      { data: { number: 59_999 } },
      { data: { number: 59_999, email: '59999@filler.test' } }
    ])
  })

  await t.test('is cut off, and not just ended, when the server stops', async (t) => {
    const other = await createTestApp(t, { eventsByHand: true })
    const small = await other.organization()
    await fillLog(other.deps.db, small.id, { count: 8_000, padding: 2_000 })
    const answer = await openLines(other, `${small.path}/events`)
    answer.pause()
    const ended = endOf(answer)
    await other.app.close()
    answer.resume()
    t.equal(await ended, 'error')
  })
})

/** What is still held. */
function heap(): number {
  collect()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
