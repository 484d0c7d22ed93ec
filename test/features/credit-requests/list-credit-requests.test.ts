import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'

await t.test('looking at requests for credits', async (t) => {
  const app = await createTestApp(t)
  const { call, member } = app
  const org = await teamInMode(app, 'on_demand', { pool: 1_000 })
  const [ana, bo] = [await member(org.path), await member(org.path)]
  const admin = await member(org.path, { role: 'admin' })
  const ask = async (amount: number, as: string) =>
    (await org.request({ amount }, as)).body.id as string
  const [first, second, third] = [await ask(1, ana.as), await ask(2, bo.as), await ask(3, ana.as)]
  await org.decide(first, 'approve')
  const list = async (query = '', actor?: string) => {
    const options = actor === undefined ? {} : { actor }
    const { body } = await call('GET', `${org.path}/credit-requests${query}`, options)
    return body.data.map(({ id }: { id: string }) => id) as string[]
  }

  await t.test('newest first, by status and by member', async (t) => {
    t.same(await list(), [third, second, first])
    t.same(await list('?status=pending'), [third, second])
    t.same(await list(`?member_id=${ana.id}`), [third, first])
    t.same(await list(`?member_id=${ana.id}&status=approved`), [first])
    t.same(await list('?status=canceled'), [])
    t.equal((await call('GET', `${org.path}/credit-requests?status=open`)).status, 400)
  })

  await t.test('by group: of whoever is in it now', async (t) => {
    const { body } = await call('POST', `${org.path}/groups`, { body: { name: 'Design' } })
    const put = (...member_ids: string[]) =>
      call('PUT', `${org.path}/groups/${body.id}/members`, { body: { member_ids } })
    await put(bo.id)
    t.same(await list(`?group_id=${body.id}`), [second])
    t.same(await list(`?group_id=${body.id}`, ana.as), [], 'as far as one sees them at all')
    await put(ana.id)
    t.same(await list(`?group_id=${body.id}`), [third, first])
    t.same(await list(`?group_id=${body.id}&status=pending`), [third])
    await put()
    t.same(await list(`?group_id=${body.id}`), [])
    t.equal((await call('GET', `${org.path}/credit-requests?group_id=x`)).status, 400)
  })

  await t.test('page by page', async (t) => {
    const { body } = await call('GET', `${org.path}/credit-requests?limit=2&include_total=true`)
    t.match([body.has_more, body.total], [true, 3])
    t.same(await list(`?limit=2&cursor=${body.next_cursor}`), [first])
  })

  await t.test('whoever sees the usage sees all, others their own', async (t) => {
    t.same(await list('', admin.as), [third, second, first])
    t.same(await list('', ana.as), [third, first])
    t.same(await list('', bo.as), [second])
    t.same(await list(`?member_id=${ana.id}`, bo.as), [])
    const get = (id: string, actor: string) =>
      call('GET', `${org.path}/credit-requests/${id}`, { actor })
    t.equal((await get(first, ana.as)).status, 200)
    t.equal((await get(first, admin.as)).status, 200)
    t.match(await get(first, bo.as), { status: 404, body: { code: 'not_found' } })
    const { id, path } = await teamInMode(app, 'on_demand')
    t.equal((await call('GET', `${path}/credit-requests/${first}`)).status, 404, id)
  })

  await t.test('also in a mode that has no more of them', async (t) => {
    await org.put('credit-settings', { mode: 'allocated' })
    t.same(await list(), [third, second, first])
    t.equal((await org.get(`credit-requests/${first}`)).status, 200)
  })
})
