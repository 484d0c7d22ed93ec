import { and, eq, inArray } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { createTestApp } from '../../helpers/app.js'
import { inTurn } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

interface Item {
  readonly status: string
  readonly problem?: { readonly code: string }
}

await t.test('many at once beside one alone', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, unique, deps } = app

  async function owners(size: number) {
    const { path, id } = await organization()
    const people = Array.from({ length: size }, () => {
      const user_id = unique('u')
      return { user_id, email: `${user_id}@acme.test`, role: 'owner' }
    })
    await call('POST', `${path}/members`, { body: { members: people } })
    const { body } = await call('GET', `${path}/members`)
    const ids: string[] = body.data.map((one: { id: string }) => one.id).sort()
    const bulk = (action: object, member_ids = ids) =>
      call('POST', `${path}/members/bulk`, { body: { ...action, member_ids } })
    const active = async () =>
      deps.db.$count(
        members,
        and(eq(members.role, 'owner'), eq(members.status, 'active'), inArray(members.id, ids))
      )
    return { path, id, ids, bulk, active }
  }
  const codes = ({ body }: { body: { data: Item[] } }) =>
    body.data.map(({ status, problem }) => problem?.code ?? status)

  for (const [action, single] of [
    [{ action: 'remove' }, (at: string) => call('DELETE', at)],
    [{ action: 'suspend' }, (at: string) => call('POST', `${at}/suspend`)],
    [
      { action: 'change_role', role: 'member' },
      (at: string) => call('PATCH', at, { body: { role: 'member' } })
    ]
  ] as const) {
    await t.test(`${action.action}: the last owner stays, whoever comes first`, async (t) => {
      const first = await owners(3)
      const [last = ''] = first.ids.slice(-1)
      const answers = await inTurn(deps.db, first.id, [
        () => first.bulk(action),
        () => single(`${first.path}/members/${last}`)
      ])
      const [many, one] = answers
      if (!many || !one) throw new Error('both are answered')
      t.same(codes(many), ['done', 'done', 'done', 'last_holder'])
      t.match(one, { status: 409, body: { code: 'last_holder' } })
      t.equal(await first.active(), 1)

      const second = await owners(3)
      const [alone, all] = await inTurn(deps.db, second.id, [
        () => single(`${second.path}/members/${String(second.ids[0])}`),
        () => second.bulk(action)
      ])
      if (!alone || !all) throw new Error('both are answered')
      t.equal(alone.status, 200)
      t.same(codes(all).slice(1), ['done', 'done', 'last_holder'])
      t.equal(await second.active(), 1)
    })
  }

  await t.test(
    'two lists in opposite order: one owner stays, and nobody waits for ever',
    async (t) => {
      const { id, ids, bulk, active } = await owners(5)
      const answers = await inTurn(deps.db, id, [
        () => bulk({ action: 'remove' }),
        () => bulk({ action: 'remove' }, [...ids].reverse())
      ])
      t.same(
        answers.map(({ status }) => status),
        [200, 200]
      )
      t.equal(await active(), 1)
    }
  )

  await t.test('more seats than there are go to those who come first', async (t) => {
    const policy = await policyLike(app, 'standard', {
      seats: { mode: 'hard_cap', limit: 50, counted: ['invited', 'active', 'reassignment_pending'] }
    })
    const { path, id } = await organization({ policy })
    const people = Array.from({ length: 40 }, () => {
      const user_id = unique('u')
      return { user_id, email: `${user_id}@acme.test` }
    })
    const { body } = await call('POST', `${path}/members`, { body: { members: people } })
    const ids: string[] = body.data.map((one: { member: { id: string } }) => one.member.id)
    const bulk = (action: string, member_ids: readonly string[]) =>
      call('POST', `${path}/members/bulk`, { body: { action, member_ids } })
    t.match(await bulk('suspend', ids), { body: { summary: { done: 40 } } })
    await call('PUT', `${path}/billing`, { body: { seats: 11 } })
    const [one, other] = await inTurn(deps.db, id, [
      () => bulk('reactivate', ids.slice(0, 6)),
      () => bulk('reactivate', ids.slice(6))
    ])
    t.same(one?.body.summary, { done: 6, unchanged: 0, failed: 0 })
    t.same(other?.body.summary, { done: 4, unchanged: 0, failed: 30 })
    const full = other?.body.data.map(({ status, problem }: Item) => problem?.code ?? status)
    t.same(full.slice(3, 5), ['done', 'seats_exhausted'])
    const { body: list } = await call('GET', `${path}/members?status=active&include_total=true`)
    t.equal(list.total, 11)
  })
})
