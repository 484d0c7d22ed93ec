import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { countStatements } from '../../helpers/statements.js'

await t.test('GET {o}/groups and GET {o}/members?group_id=', async (t) => {
  const { call, organization, member } = await createTestApp(t)
  const org = await organization()
  const [ana, bo] = [await member(org.path, { name: 'Ana' }), await member(org.path)]
  const create = async (name: string, external_id: string) => {
    const { body } = await call('POST', `${org.path}/groups`, { body: { name, external_id } })
    return body.id as string
  }
  const design = await create('Design', 'd')
  const paris = await create('Paris 100%', 'p')
  const empty = await create('Empty', 'e')
  await call('PUT', `${org.path}/groups/${design}/members/${ana.id}`)
  await call('PUT', `${org.path}/groups/${paris}/members/${ana.id}`)
  await call('PUT', `${org.path}/groups/${paris}/members/${bo.id}`)
  const other = await organization()
  await call('POST', `${other.path}/groups`, { body: { name: 'Design', external_id: 'd' } })

  const list = async (query: string) => {
    const { body } = await call('GET', `${org.path}/groups${query}`)
    return body.data.map((one: { name: string; members_count: number }) => [
      one.name,
      one.members_count
    ])
  }
  const DESIGN = ['Design', 1]
  const PARIS = ['Paris 100%', 2]

  await t.test('lists the organization’s groups in order, each with its own count', async (t) => {
    t.same(await list(''), [DESIGN, PARIS, ['Empty', 0]])
  })

  await t.test('finds a member’s groups, an external id, a fragment of the name', async (t) => {
    t.same(await list(`?member_id=${ana.id}`), [DESIGN, PARIS])
    t.same(await list(`?member_id=${bo.id}`), [PARIS])
    t.same(await list('?external_id=p'), [PARIS])
    t.same(await list('?q=DES'), [DESIGN])
    t.same(await list('?q=%25'), [PARIS])
    t.same(await list('?q=nothing'), [])
  })

  await t.test('pages, and counts all that match', async (t) => {
    const first = await call('GET', `${org.path}/groups?limit=2&include_total=true`)
    t.match(first.body, { total: 3, has_more: true, data: [{ id: design }, { id: paris }] })
    const { next_cursor: cursor } = first.body
    const second = await call('GET', `${org.path}/groups?limit=2&cursor=${String(cursor)}`)
    t.match(second.body, { has_more: false, data: [{ id: empty, members_count: 0 }] })
    const mine = await call('GET', `${org.path}/groups?member_id=${bo.id}&include_total=true`)
    t.equal(mine.body.total, 1)
  })

  await t.test('reads a page in one statement beside the proof of who asks', async (t) => {
    const few = await countStatements(t, () => list('?limit=1'))
    const all = await countStatements(t, () => list('?limit=100'))
    t.same([few, all], [2, 2])
  })

  await t.test(
    'members can be listed by group, with every other filter and the total',
    async (t) => {
      const emails = async (query: string) => {
        const { body } = await call('GET', `${org.path}/members?include_total=true${query}`)
        return [body.total, body.data.map(({ email }: { email: string }) => email)]
      }
      t.same(await emails(`&group_id=${paris}`), [2, [ana.email, bo.email]])
      t.same(await emails(`&group_id=${design}`), [1, [ana.email]])
      t.same(await emails(`&group_id=${empty}`), [0, []])
      t.same(await emails(`&group_id=${paris}&q=ana`), [1, [ana.email]])
      t.same(await emails(`&group_id=${paris}&status=invited`), [0, []])
      const { body } = await call('GET', `${other.path}/members?group_id=${paris}`)
      t.same(body.data, [], 'a group of another organization has nobody here')
    }
  )
})
