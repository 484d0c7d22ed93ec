import t from 'tap'
import { conservation, creditsOf } from '../../helpers/credits.js'
import { createProducts, type Person } from '../products.js'

await t.test('OUPI: credits of members', async (t) => {
  const products = await createProducts(t)
  const { deps } = products
  const ids: string[] = []

  /** Ana has 2,000 of 10,000 credits, of which she has used 1,247; Bo has none. */
  async function begin() {
    const team = await products.team('oupi')
    const credits = creditsOf(products.call, team.path)
    const [ana, bo] = [await team.add('member'), await team.add('member')]
    await credits.topUp(10_000)
    await credits.allocate(ana.id, 2_000)
    await credits.spend(1_247, { member_id: ana.id })
    const transfer = (by: string | Person, body: object) =>
      team.call(by, 'POST', '/credit-transfers', { body })
    const account = async ({ id }: Person) => (await credits.get(`credit-accounts/${id}`)).body
    const sums = async () => (await credits.get('credits')).body
    ids.push(team.id)
    return { team, ana, bo, credits, transfer, account, sums }
  }

  await t.test('OUPI-65: an administrator allocates to a member who is there', async (t) => {
    const { team, bo, transfer, account, sums } = await begin()
    for (const by of ['admin', 'owner']) {
      const answer = await transfer(by, { kind: 'allocate', member_id: bo.id, amount: 500 })
      t.match(answer, { status: 201, body: { kind: 'allocate', amount: 500, member_id: bo.id } })
    }
    t.match(await account(bo), { allocated: 1_000, used: 0, unused: 1_000 })
    t.match(await sums(), { allocated: 3_000, unallocated: 7_000 })
    const [told] = await team.events('credits.allocated')
    t.match(told, { actor: { id: team.creator.id }, data: { member_id: bo.id, amount: 500 } })
    for (const by of ['member', 'readonly', bo]) {
      const answer = await transfer(by, { kind: 'allocate', member_id: bo.id, amount: 1 })
      t.match([answer.status, answer.body.code], [403, 'not_permitted'])
    }
  })

  await t.test('OUPI-67: what one loses another gets, and the total stays', async (t) => {
    const { ana, bo, transfer, account, sums } = await begin()
    const before = await sums()
    await transfer('admin', { kind: 'reclaim', member_id: ana.id, amount: 500 })
    t.match(await sums(), { total: before.total, unallocated: 8_500 })
    await transfer('admin', { kind: 'allocate', member_id: bo.id, amount: 500 })
    t.match(await account(ana), { allocated: 1_500, used: 1_247, unused: 253 })
    t.match(await account(bo), { allocated: 500, used: 0, unused: 500 })
    t.same(await sums(), before, 'as it was')
  })

  await t.test('OUPI-67: or in one step', async (t) => {
    const { team, ana, bo, transfer, account, sums } = await begin()
    const before = await sums()
    const body = { kind: 'move', member_id: ana.id, to_member_id: bo.id, amount: 500 }
    t.equal((await transfer('admin', body)).status, 201)
    t.match(await account(ana), { allocated: 1_500, unused: 253 })
    t.match(await account(bo), { allocated: 500, unused: 500 })
    t.same(await sums(), before)
    t.match(await team.events('credits.moved'), [
      { data: { from_member_id: ana.id, member_id: bo.id, amount: 500 } }
    ])
  })

  await t.test('OUPI-68: only what a member has not used can be taken from it', async (t) => {
    const { ana, bo, transfer, account, credits } = await begin()
    const all = { member_id: ana.id, amount: 754 }
    for (const body of [
      { kind: 'reclaim', ...all },
      { kind: 'move', to_member_id: bo.id, ...all }
    ]) {
      const { status, body: problem } = await transfer('admin', body)
      t.match([status, problem.code], [422, 'insufficient_credits'], body.kind)
      t.match(problem, { available: 753, needed: 754 })
    }
    await credits.hold(53, { member_id: ana.id })
    t.match(await transfer('admin', { kind: 'reclaim', ...all, amount: 701 }), { status: 422 })
    const answer = await transfer('admin', { kind: 'reclaim', ...all, amount: 700 })
    t.match(answer, { status: 201, body: { balance: 0 } })
    t.match(await account(ana), { allocated: 1_300, used: 1_247, held: 53, unused: 0 })
  })

  await t.test('OUPI-130: an administrator re-allocates freely between members', async (t) => {
    const { team, ana, bo, transfer, account, sums } = await begin()
    const before = await sums()
    const people = [ana, bo, team.creator, team.person('admin'), team.person('readonly')]
    for (const [index, from] of people.entries()) {
      const to = people[(index + 1) % people.length] ?? ana
      const body = { kind: 'move', member_id: from.id, to_member_id: to.id, amount: 753 }
      t.equal((await transfer('admin', body)).status, 201, `from ${index}`)
    }
    t.match(await account(ana), { allocated: 2_000, unused: 753 }, 'once around')
    t.same(await sums(), before)
    for (const by of [ana, bo, 'readonly']) {
      const body = { kind: 'move', member_id: ana.id, to_member_id: bo.id, amount: 1 }
      t.match((await transfer(by, body)).status, 403)
    }
  })
  await t.test('no credit was lost or made by any of it', async (t) => {
    t.ok(ids.length > 0)
    for (const id of ids) t.same(await conservation(deps.db, id), [])
  })
})
