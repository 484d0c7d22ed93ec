import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { fillMembers } from '../../helpers/crowd.js'
import { until } from '../../helpers/database.js'
import { CSV, countStatements, endOf, linesOf, NDJSON, openLines } from '../../helpers/files.js'

/** What only the statement of a page has. */
const PAGE = 'held_resources'

await t.test('GET {o}/members as a file', async (t) => {
  const { call, organization, member, invite } = await createTestApp(t)
  const org = await organization()
  const eve = await member(org.path, { name: '=cmd|"x"' })
  await invite(org.path, 'new@file.test', { name: '@SUM(A1)', role: 'admin' })
  for (const name of ['Paris, "Sud"', '+Nord']) {
    const { body } = await call('POST', `${org.path}/groups`, { body: { name } })
    await call('PUT', `${org.path}/groups/${String(body.id)}/members/${eve.id}`)
  }
  const { body: page } = await call('GET', `${org.path}/members?limit=100`)

  await t.test('has every member on a line, in the shape of the list', async (t) => {
    const { status, headers, body } = await call('GET', `${org.path}/members`, { headers: NDJSON })
    t.equal(status, 200)
    t.equal(headers.get('content-type'), 'application/x-ndjson')
    t.equal(headers.get('vary'), 'Accept')
    t.equal(headers.get('content-disposition'), `attachment; filename="members-${org.id}.ndjson"`)
    t.same(linesOf(body), page.data)
  })

  await t.test('or one record of CSV for each, which runs no formula', async (t) => {
    const { status, headers, body } = await call('GET', `${org.path}/members`, { headers: CSV })
    t.equal(status, 200)
    t.equal(headers.get('content-type'), 'text/csv; charset=utf-8; header=present')
    t.equal(headers.get('content-disposition'), `attachment; filename="members-${org.id}.csv"`)
    const [header, ...records] = String(body).trimEnd().split('\r\n')
    t.equal(
      header,
      'id,external_id,user_id,email,name,role,role_label,status,status_label,pending_label,' +
        'ended_by,invitation_id,avatar_url,resources,resources_count,groups,credits_balance,' +
        'credits_held,credits_used,credits_percent_used,requests,metadata,created_at,updated_at,' +
        'joined_at,last_active_at,last_sign_in_at,removed_at'
    )
    t.equal(records.length, 3)
    t.match(
      records[1],
      new RegExp(`^${eve.id},,${eve.userId},${eve.email},"'=cmd\\|""x""",member,`)
    )
    t.match(records[1], /,0,"Paris, ""Sud"";\+Nord",/)
    t.match(records[2], /,new@file\.test,'@SUM\(A1\),admin,Admin,invited,Invited,Invited,/)
  })

  await t.test('has what the list has, by the same filters and in the same order', async (t) => {
    for (const query of ['?role=admin', '?q=file', '?sort=name&order=desc', '?status=removed']) {
      const { body } = await call('GET', `${org.path}/members${query}`, { headers: NDJSON })
      const { body: list } = await call('GET', `${org.path}/members${query}`)
      t.same(linesOf(body), list.data, query)
    }
  })

  await t.test('has no pages, tells of today, and comes in no other form', async (t) => {
    for (const [name, value] of Object.entries({
      limit: 25,
      cursor: 'x',
      include_total: false,
      as_of: '2029-12-31T00:00:00Z'
    })) {
      const at = `${org.path}/members?${name}=${String(value)}`
      t.match(await call('GET', at, { headers: CSV }), {
        status: 400,
        body: { errors: [{ pointer: `querystring:/${name}` }] }
      })
    }
    const refused = await call('GET', `${org.path}/members`, { headers: { accept: 'image/png' } })
    t.match(refused, { status: 406, body: { code: 'not_acceptable' } })
  })

  await t.test('is for whoever may see the list', async (t) => {
    const other = await organization()
    const stranger = await call('GET', `${other.path}/members`, { actor: eve.as, headers: CSV })
    t.match(stranger, { status: 404, body: { code: 'actor_not_member' } })
    t.equal((await call('GET', `${org.path}/members`, { key: null, headers: CSV })).status, 401)
  })
})

const ROWS = 30_000

await t.test('a file of many members', async (t) => {
  const app = await createTestApp(t)
  const org = await app.organization()
  await fillMembers(app.deps.db, org.id, ROWS, {
    name: `'Nr ' || n || repeat('x', 150)`,
    email: `'p' || n || '@file.test'`
  })

  await t.test('has everybody once', async (t) => {
    for (const query of ['', '?sort=name&order=desc', '?q=file.test']) {
      const { body } = await app.call('GET', `${org.path}/members${query}`, { headers: NDJSON })
      const ids = new Set(linesOf(body).map(({ id }) => id))
      t.equal(ids.size, query === '?q=file.test' ? ROWS : ROWS + 1)
    }
  })

  await t.test('is read no further than whoever asked for it reads', async (t) => {
    const pages = countStatements(t, PAGE)
    const answer = await openLines(app, `${org.path}/members`)
    await new Promise((resolve) => answer.once('data', resolve))
    answer.pause()
    const seen = await until(async () => {
      const before = pages()
      await app.call('GET', '/health')
      await app.call('GET', '/health')
      return pages() === before && before
    })
    t.ok(seen < ROWS / 1_000, `${seen} pages`)
    answer.destroy()
    await until(async () => app.app.server.listening && true)
    for (let time = 0; time < 5; time += 1) await app.call('GET', '/health')
    t.ok(pages() <= seen + 1, 'and nothing more once it has gone')
  })

  await t.test('breaks off when the server stops', async (t) => {
    const answer = await openLines(app, `${org.path}/members`)
    answer.pause()
    const ended = endOf(answer)
    await app.app.close()
    answer.resume()
    t.equal(await ended, 'error')
  })
})
