import t from 'tap'
import { type Body, conservation, creditsOf } from '../../helpers/credits.js'
import { inTurn } from '../../helpers/locks.js'
import { createProducts, type Person } from '../products.js'

const POOL = 10_000
const POINTS = /[:,]/g

await t.test('OUPI: ways to hand out credits', async (t) => {
  const { call, deps, team: createTeam } = await createProducts(t)

  /** Five people, as in the examples of the source, and the credits of their subscription. */
  async function begin() {
    const team = await createTeam('oupi')
    const people = [
      ...['owner', 'admin', 'member', 'readonly'].map((role) => team.person(role)),
      await team.add('member')
    ]
    const credits = creditsOf(call, team.path)
    await credits.topUp(POOL)
    const give = (body: Body, query = '') =>
      team.call('admin', 'POST', `/credit-allocations${query}`, { body })
    const hasEach = async () => {
      const accounts = people.map(({ id }) => credits.get(`credit-accounts/${id}`))
      return (await Promise.all(accounts)).map(({ body }) => body.unused as number)
    }
    const pool = async () => (await credits.get('credits')).body
    return { ...team, people, credits, give, hasEach, pool }
  }

  await t.test('OUPI-60: 10,000 credits are 2,000 for each of five members', async (t) => {
    const team = await begin()
    const { body } = await team.give({ strategy: 'equal' }, '?dry_run=true')
    t.match(body, { total: POOL, remainder: 0, unallocated: 0 })
    t.same(await team.hasEach(), [0, 0, 0, 0, 0], 'a dry run is none')
    t.match((await team.give({ strategy: 'equal' })).status, 200)
    t.same(await team.hasEach(), [2_000, 2_000, 2_000, 2_000, 2_000])
    t.match(await team.pool(), { total: POOL, allocated: POOL, unallocated: 0 })
  })

  await t.test('OUPI-61: each gets what it needs, if the pool has that much', async (t) => {
    const team = await begin()
    const needs = (amounts: readonly string[]) => ({
      strategy: 'amounts',
      amounts: amounts.map((amount, index) => ({
        member_id: team.people[index]?.id,
        amount: Number(amount.replace(POINTS, ''))
      }))
    })
    // As the source has it: that is 11,000 of 10,000.
    const example = needs(['4,000', '2,500', '2,500', '1,500', '500'])
    for (const query of ['?dry_run=true', '']) {
      const refused = await team.give(example, query)
      t.equal(refused.status, 422)
      t.match(refused.body, { code: 'insufficient_credits', available: POOL, needed: 11_000 })
    }
    t.same(await team.hasEach(), [0, 0, 0, 0, 0], 'as a whole: nobody got anything')
    t.match(await team.pool(), { allocated: 0, unallocated: POOL })

    const { status, body } = await team.give(needs(['4,000', '2,500', '2,500', '500', '500']))
    t.same([status, body.total, body.unallocated], [200, POOL, 0])
    t.same(await team.hasEach(), [4_000, 2_500, 2_500, 500, 500])
  })

  await t.test('OUPI-62: 6,000 for a project of three, 4,000 for one of two', async (t) => {
    const team = await begin()
    const project = async (name: string, people: readonly Person[]) => {
      const { body } = await team.call('admin', 'POST', '/groups', { body: { name } })
      const id = String(body.id)
      for (const person of people) {
        await team.call('admin', 'PUT', `/groups/${id}/members/${person.id}`)
      }
      return id
    }
    const [a, b] = [
      await project('Projet A', team.people.slice(0, 3)),
      await project('Projet B', team.people.slice(3))
    ]
    const groups = [
      { group_id: a, total: 6_000 },
      { group_id: b, total: 4_000 }
    ]
    const { body } = await team.give({ strategy: 'groups', groups })
    t.match(body, { total: POOL, remainder: 0, unallocated: 0 })
    t.same(await team.hasEach(), [2_000, 2_000, 2_000, 2_000, 2_000])
    t.same(
      body.data.map(({ group_id }: Body) => group_id),
      [a, a, a, b, b]
    )
  })

  await t.test('OUPI-69: what is handed out never adds up to more than the pool', async (t) => {
    const team = await begin()
    const [one, two] = team.people.map(({ id }) => id)
    const all = (member_id: string | undefined) => () =>
      team.give({ strategy: 'amounts', amounts: [{ member_id, amount: POOL }] })
    const answers = await inTurn(deps.db, team.id, [all(one), all(two)])
    t.same(
      answers.map(({ status, body }) => body.code ?? status),
      [200, 'insufficient_credits']
    )
    t.same(await team.hasEach(), [POOL, 0, 0, 0, 0])
    for (const body of [{ strategy: 'equal', total: 5 }, { strategy: 'equal' }]) {
      t.equal((await team.give(body)).status, 422)
    }
    const alone = await team.call('admin', 'POST', '/credit-transfers', {
      body: { kind: 'allocate', member_id: two, amount: 1 }
    })
    t.equal(alone.body.code, 'insufficient_credits')
    t.match(await team.pool(), { total: POOL, allocated: POOL, unallocated: 0 })
    t.same(await conservation(deps.db, team.id), [])
  })
})
