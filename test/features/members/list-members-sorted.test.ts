import { sql } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { fillMembers } from '../../helpers/crowd.js'

const SORTS = ['created_at', 'name', 'email', 'last_active_at'] as const
type Row = Readonly<Record<string, string | null>>

await t.test('GET {o}/members?sort=', async (t) => {
  const { call, organization, invite, member, deps, clock } = await createTestApp(t)
  const org = await organization()

  /** Page by page; `between` is done before each but the first. */
  const readAll = async (query: string, path = org.path, between?: () => Promise<unknown>) => {
    const rows: Row[] = []
    for (let cursor = ''; ; ) {
      const { status, body } = await call('GET', `${path}/members?limit=3${query}${cursor}`)
      if (status !== 200) throw new Error(JSON.stringify(body))
      rows.push(...body.data)
      if (!body.has_more) return rows
      cursor = `&cursor=${String(body.next_cursor)}`
      await between?.()
    }
  }
  const column = (rows: readonly Row[], name: string) => rows.map((row) => row[name])

  const ownerOf = async (path: string) =>
    (await call('GET', `${path}/members`)).body.data[0].id as string

  await t.test('has whoever has no such value last, up and down', async (t) => {
    const team = await organization()
    await call('PATCH', `${team.path}/members/${await ownerOf(team.path)}`, {
      body: { name: 'Öz' }
    })
    clock.now = new Date(START.getTime() + DAY_MS)
    const zoe = await member(team.path, { name: 'zoé' })
    await call('POST', `${team.path}/members/${zoe.id}/activity`, { actor: zoe.as, body: {} })
    clock.now = new Date(START.getTime() + 2 * DAY_MS)
    const abe = await member(team.path, { name: 'Ábe' })
    await call('POST', `${team.path}/members/${abe.id}/activity`, { actor: abe.as, body: {} })
    await invite(team.path, 'nameless@sort.test')
    const names = async (query: string) => column(await readAll(query, team.path), 'name')
    t.same(await names('&sort=name'), ['Ábe', 'Öz', 'zoé', null])
    t.same(await names('&sort=name&order=desc'), ['zoé', 'Öz', 'Ábe', null])
    t.same(await names('&sort=last_active_at'), ['zoé', 'Ábe', 'Öz', null])
    t.same(await names('&sort=last_active_at&order=desc'), ['Ábe', 'zoé', null, 'Öz'])
    t.same(await names('&order=desc'), [null, 'Ábe', 'zoé', 'Öz'])
    t.same(await names('&sort=created_at'), ['Öz', 'zoé', 'Ábe', null])
    clock.now = START
  })

  await fillMembers(deps.db, org.id, 40, {
    name: `case when n % 7 = 0 then null else 'Name ' || n % 5 end`,
    email: `'p' || (n * 37) % 101 || '@sort.test'`,
    role: `case when n % 3 = 0 then 'admin' else 'member' end`,
    status: `case when n % 10 = 9 then 'removed' when n % 4 = 0 then 'suspended' else 'active' end`,
    lastActiveAt: `case when n % 3 = 0 then null else timestamptz '2029-12-01' + n % 6 * interval '1 day'
      + interval '1 microsecond' end`
  })

  await t.test('goes through everybody once, whatever the order and the filter', async (t) => {
    const filters = ['', '&status=suspended', '&role=admin', '&q=name', '&status=active&role=admin']
    for (const filter of filters) {
      const expected = column(await readAll(filter), 'id').sort()
      for (const sort of SORTS) {
        const up = await readAll(`${filter}&sort=${sort}`)
        const down = await readAll(`${filter}&sort=${sort}&order=desc`)
        t.same(column(up, 'id').sort(), expected, `${sort}${filter}`)
        t.same(column(down, 'id').sort(), expected, `${sort} desc${filter}`)
        const known = (rows: readonly Row[]) => column(rows, sort).filter((value) => value !== null)
        t.same(known(down), known(up).reverse(), `${sort}${filter} turned round`)
        if (sort !== 'email') t.same(known(up), known(up).sort(), `${sort}${filter} in order`)
      }
    }
    t.equal((await readAll('')).length, 37)
    t.same((await readAll('&status=removed&sort=name')).length, 4)
  })

  await t.test('skips and repeats nobody who stays, while others come and go', async (t) => {
    for (const query of SORTS.flatMap((sort) => [`&sort=${sort}`, `&sort=${sort}&order=desc`])) {
      await staysWhole(t, query)
    }
  })

  async function staysWhole(t: Test, query: string) {
    const team = await organization()
    await fillMembers(deps.db, team.id, 12, {
      name: `case when n % 4 = 0 then null else 'N' || n % 3 end`,
      email: `'p' || n || '@stay.test'`,
      lastActiveAt: `case when n % 2 = 0 then null else timestamptz '2029-12-01' + n % 3 * interval '1 day' end`
    })
    const before = column(await readAll(query, team.path), 'id')
    const gone: unknown[] = []
    let count = 0
    const rows = await readAll(query, team.path, async () => {
      count += 1
      await invite(team.path, `a${count}@stay.test`, { name: `N${count}` })
      await invite(team.path, `z${count}@stay.test`)
      const [id] = before.splice(before.length - 2, 1)
      gone.push(id)
      await call('DELETE', `${team.path}/members/${String(id)}`)
    })
    const ids = column(rows, 'id')
    t.equal(new Set(ids).size, ids.length, `${query}: nobody twice`)
    t.same(
      ids.filter((id) => before.includes(id)),
      before,
      `${query}: everybody who stays, in order`
    )
    t.ok(gone.length > 2)
  }

  await t.test('refuses the cursor of another order', async (t) => {
    const cursorOf = async (query: string) =>
      (await call('GET', `${org.path}/members?limit=1${query}`)).body.next_cursor as string
    const queries = SORTS.flatMap((sort) => [`&sort=${sort}`, `&sort=${sort}&order=desc`])
    const cursors = new Map<string, string>()
    for (const query of queries) cursors.set(query, await cursorOf(query))
    const pairs = [...cursors].flatMap(([of, cursor]) =>
      queries.map((query) => ({ of, cursor, query }))
    )
    for (const { of, cursor, query } of pairs) {
      const answer = await call('GET', `${org.path}/members?cursor=${cursor}${query}`)
      t.equal(answer.status, of === query ? 200 : 400, `${of} for ${query}`)
      const pointers = answer.body.errors?.map((error: { pointer: string }) => error.pointer) ?? []
      t.same(pointers, of === query ? [] : ['querystring:/cursor'])
    }
  })

  await t.test('refuses a cursor that is made up', async (t) => {
    const { body } = await call('GET', `${org.path}/members?limit=1`)
    const id = Buffer.from(String(body.next_cursor), 'base64url').toString()
    for (const place of [
      `name.asc:${id}:a\u0000b`,
      `name.asc:${id}:${'a'.repeat(641)}`,
      `last_active_at.asc:${id}:99999999999999999999`,
      `last_active_at.asc:${id}:now`,
      `email.asc:mem_x:a`
    ]) {
      const sort = place.split('.')[0] ?? ''
      const cursor = Buffer.from(place).toString('base64url')
      const answer = await call('GET', `${org.path}/members?sort=${sort}&cursor=${cursor}`)
      t.match(answer, { status: 400, body: { code: 'invalid_request' } }, place.slice(0, 60))
    }
    for (const place of [`email.asc:${id}`, `last_active_at.asc:${id}:-9999999999999999`]) {
      const sort = place.split('.')[0] ?? ''
      const cursor = Buffer.from(place).toString('base64url')
      t.equal((await call('GET', `${org.path}/members?sort=${sort}&cursor=${cursor}`)).status, 200)
    }
    for (const query of ['sort=role', 'order=up', 'sort=name;drop']) {
      t.equal((await call('GET', `${org.path}/members?${query}`)).status, 400, query)
    }
  })

  await t.test('keeps its place by the longest of names and addresses', async (t) => {
    const team = await organization()
    const email = `${'e'.repeat(64)}@${'d'.repeat(60)}.${'d'.repeat(60)}.test`
    for (const [index, name] of ['ﷺ'.repeat(200), '𝔘'.repeat(150), 'ß'.repeat(200)].entries()) {
      await invite(team.path, `${index}${email.slice(1)}`, { name })
    }
    const ids = column(await readAll('', team.path), 'id').sort()
    for (const sort of ['name', 'email']) {
      for (const order of ['asc', 'desc']) {
        let cursor = ''
        const found: (string | null | undefined)[] = []
        do {
          const query = `limit=1&sort=${sort}&order=${order}${cursor}`
          const { status, body } = await call('GET', `${team.path}/members?${query}`)
          t.equal(status, 200)
          found.push(body.data[0]?.id)
          cursor = body.has_more ? `&cursor=${String(body.next_cursor)}` : ''
        } while (cursor !== '')
        t.same(found.sort(), ids, `${sort} ${order}`)
      }
    }
  })

  await t.test('knows who was active since when, the never active among the idle', async (t) => {
    const count = async (query: string) =>
      Number(
        (await call('GET', `${org.path}/members?include_total=true&limit=1${query}`)).body.total
      )
    const all = await count('')
    const never = (await readAll('')).filter((row) => row['last_active_at'] === null).length
    const at = '2029-12-03T00:00:00Z'
    const before = await count(`&last_active_before=${at}`)
    const after = await count(`&last_active_after=${at}`)
    t.equal(before + after, all)
    t.ok(before > never && never > 0)
    t.equal(await count('&last_active_before=2000-01-01T00:00:00Z'), never)
    for (const sort of SORTS) {
      for (const filter of [`&last_active_before=${at}`, `&last_active_after=${at}`]) {
        const rows = await readAll(`&sort=${sort}&order=desc${filter}`)
        t.equal(rows.length, filter.includes('before') ? before : after, `${sort}${filter}`)
      }
    }
    const both = `&last_active_after=2029-12-02T00:00:00Z&last_active_before=${at}`
    t.ok((await readAll(`${both}&sort=last_active_at`)).every((row) => row['last_active_at']))
    for (const edge of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59Z']) {
      t.equal(await count(`&last_active_after=${edge}`), edge > '5' ? 0 : all - never)
    }
    t.equal((await call('GET', `${org.path}/members?last_active_after=yesterday`)).status, 400)
  })

  await t.test('knows lapsed offers before the sweep, in every order', async (t) => {
    const team = await organization()
    const lapsed = await invite(team.path, 'lapsed@sort.test', { name: 'A' })
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    await invite(team.path, 'fresh@sort.test', { name: 'B' })
    t.equal(lapsed.answer.status, 201)
    for (const sort of SORTS) {
      const emails = async (status: string) =>
        column(await readAll(`&sort=${sort}&status=${status}`, team.path), 'email')
      t.same(await emails('invited'), ['fresh@sort.test'])
      t.same(await emails('invitation_expired'), ['lapsed@sort.test'])
      const search = `&sort=${sort}&status=invitation_expired&q=sort.test`
      t.same(column(await readAll(search, team.path), 'email'), ['lapsed@sort.test'])
    }
    const [stored] = (
      await deps.db.execute<{ status: string }>(
        sql`select status from members where email = 'lapsed@sort.test'`
      )
    ).rows
    t.equal(stored?.status, 'invited', 'no sweep has written it')
    clock.now = START
  })
})
