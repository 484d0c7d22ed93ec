import t from 'tap'
import { createTestApp } from '../helpers/app.js'

await t.test('lists', async (t) => {
  const { call, organization, invite } = await createTestApp(t)
  const org = await organization()
  for (let n = 0; n < 6; n += 1) await invite(org.path, `p${n}@page.test`)
  await call('POST', '/v1/api-keys', { body: { name: 'second', scopes: ['members:read'] } })
  await organization()
  const LISTS = {
    members: `${org.path}/members`,
    invitations: `${org.path}/invitations`,
    events: `${org.path}/events`,
    organizations: '/v1/organizations',
    keys: '/v1/api-keys'
  }

  /** Follows next_cursor to the end; bounded, in case it never ends. */
  async function walk(path: string, limit: number, onPage = async () => {}) {
    const ids: string[] = []
    let cursor = ''
    for (let page = 0; page < 50; page += 1) {
      const { body } = await call('GET', `${path}?limit=${limit}${cursor}`)
      ids.push(...body.data.map(({ id }: { id: string }) => id))
      if (body.next_cursor === null) return { ids, hasMore: body.has_more as boolean }
      cursor = `&cursor=${String(body.next_cursor)}`
      await onPage()
    }
    throw new Error('the list never ends')
  }

  for (const [name, path] of Object.entries(LISTS)) {
    await t.test(`${name}: every page size walks the same rows once, in one order`, async (t) => {
      const { ids: whole, hasMore } = await walk(path, 100)
      t.equal(hasMore, false)
      t.ok(whole.length >= 2)
      t.equal(new Set(whole).size, whole.length)
      t.same((await walk(path, 1)).ids, whole)
      t.same((await walk(path, whole.length)).ids, whole)
    })
  }

  await t.test('rows that are added meanwhile push none out and repeat none', async (t) => {
    const { ids: before } = await walk(LISTS.members, 100)
    let added = 0
    const { ids } = await walk(LISTS.members, 2, async () => {
      if (added < 2) await invite(org.path, `meanwhile${(added += 1)}@page.test`)
    })
    t.same(ids.slice(0, before.length), before)
    t.equal(new Set(ids).size, ids.length)
  })

  await t.test('the total is the same on every page, also behind the last', async (t) => {
    const { body: first } = await call('GET', `${LISTS.keys}?include_total=true&limit=1`)
    t.equal(first.total, 2)
    const last = Buffer.from('key_7zzzzzzzzzzzzzzzzzzzzzzzzz').toString('base64url')
    const { body } = await call('GET', `${LISTS.keys}?include_total=true&cursor=${last}`)
    t.same(body, { data: [], has_more: false, next_cursor: null, total: 2 })
    t.notOk('total' in (await call('GET', LISTS.keys)).body)
  })

  await t.test('a limit out of bounds and a foreign or garbled cursor are refused', async (t) => {
    const { body: page } = await call('GET', `${LISTS.members}?limit=1`)
    const wrong = [
      'limit=101',
      'limit=0',
      'limit=ten',
      'cursor=garbage',
      'cursor=',
      `cursor=${'A'.repeat(200)}`
    ]
    for (const query of wrong) {
      const { status, body } = await call('GET', `${LISTS.members}?${query}`)
      t.match([status, body.code], [400, 'invalid_request'], query)
    }
    const foreign = `${LISTS.events}?cursor=${String(page.next_cursor)}`
    t.equal((await call('GET', foreign)).status, 400)
  })
})
