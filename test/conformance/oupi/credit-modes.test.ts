import t from 'tap'
import { refillQuotas } from '../../../src/features/credit-quotas/refill-quotas.sweep.js'
import { START } from '../../helpers/app.js'
import { conservation, creditsOf, secondInstance } from '../../helpers/credits.js'
import { createProducts, type Person } from '../products.js'

interface Account {
  readonly unused: number
  readonly quota: number | null
}

await t.test('OUPI: strategies of saving credits', async (t) => {
  const products = await createProducts(t)
  const { call, clock, deps } = products
  t.beforeEach(() => {
    clock.now = START
  })

  /** A team that has chosen a strategy by its administrator, with a pool. */
  async function create(mode: string, pool: number, fields: object = {}) {
    const team = await products.team('oupi', { name: 'Atelier', ...fields })
    const credits = creditsOf(call, team.path)
    await credits.topUp(pool)
    const chosen = await team.call('admin', 'PUT', '/credit-settings', { body: { mode } })
    t.match(chosen, { status: 200, body: { mode } })
    const spend = ({ id }: Person, amount: number) => credits.spend(amount, { member_id: id })
    const account = async ({ id }: Person): Promise<Account> =>
      (await credits.get(`credit-accounts/${id}`)).body
    const left = async () => (await credits.get('credits')).body.unallocated as number
    return { team, credits, spend, account, left }
  }
  const codeOf = ({ status, body }: { status: number; body: { code?: string } }) =>
    body.code ?? status

  await t.test('OUPI-99: fixed budgets: each member has a monthly quota', async (t) => {
    const { team, spend, account, left } = await create('monthly_quota', 10_000, {
      time_zone: 'Europe/Paris'
    })
    const ana = team.person('member')
    const bo = await team.add('member')
    const said = await team.call('admin', 'PUT', '/credit-quotas', {
      body: {
        roles: [{ role: 'member', amount: 300 }],
        members: [{ member_id: bo.id, amount: 1_000 }]
      }
    })
    t.match(said.body, {
      period: '2030-01',
      next_refill_at: '2030-01-31T23:00:00.000Z',
      refill: { status: 'done', members: 2, amount: 1_300 }
    })
    t.equal((await spend(ana, 300)).status, 201)
    t.match(await spend(ana, 1), {
      status: 422,
      body: { code: 'insufficient_credits', available: 0 }
    })
    t.equal((await spend(bo, 400)).status, 201, 'a quota of one is nobody else’s')
    clock.now = new Date('2030-01-31T22:59:59.999Z')
    await refillQuotas.run(deps)
    t.equal(codeOf(await spend(ana, 1)), 'insufficient_credits', 'still January in Paris')
    clock.now = new Date('2030-01-31T23:00:00.000Z')
    await refillQuotas.run(deps)
    await refillQuotas.run(deps)
    t.same([(await account(ana)).unused, (await account(bo)).unused], [300, 1_000])
    t.equal(await left(), 10_000 - 1_300 - 700, 'what was left is not given again')
    t.equal((await account(bo)).quota, 1_000)
    t.same(await conservation(deps.db, team.id), [])
  })

  await t.test(
    'OUPI-99: a quota that the pool cannot fill is told to administrators',
    async (t) => {
      const { team } = await create('monthly_quota', 100)
      await team.call('admin', 'PUT', '/credit-quotas', { body: { everybody: 300 } })
      const [told, ...others] = await team.events('credits.quota_short')
      t.same(others, [])
      t.match(told?.data, { period: '2030-01', needed: 1_200, available: 100 })
    }
  )

  await t.test('OUPI-100: a shared pool: first come, first served', async (t) => {
    const { team, spend, account, left } = await create('shared_pool', 100)
    const [ana, bo] = [team.person('member'), await team.add('member')]
    t.equal((await spend(ana, 90)).status, 201)
    t.match(await spend(bo, 11), {
      status: 422,
      body: { code: 'insufficient_credits', available: 10, needed: 11 }
    })
    t.equal((await spend(bo, 10)).status, 201, 'nobody has a part of it')
    t.equal(await left(), 0)
    t.match(await account(ana), { used: 90, allocated: 0, unused: 0 })
    t.match(await account(bo), { used: 10, requests: 1 })
    t.same(await conservation(deps.db, team.id), [])
  })

  await t.test('OUPI-100: two for the last credits at once: one of them is served', async (t) => {
    const { team, credits, spend, left } = await create('shared_pool', 100)
    const other = await secondInstance(t, products)
    const elsewhere = creditsOf(other.call, team.path)
    const [ana, bo] = [team.person('member'), await team.add('member')]
    for (let round = 0; round < 5; round += 1) {
      const answers = await Promise.all([spend(ana, 80), elsewhere.spend(80, { member_id: bo.id })])
      t.same(answers.map(codeOf).map(String).sort(), ['201', 'insufficient_credits'])
      t.equal(await left(), 20)
      await credits.topUp(80)
    }
    t.same(await conservation(deps.db, team.id), [])
  })

  await t.test('OUPI-100: in the order in which they come', async (t) => {
    const { team, credits, left } = await create('shared_pool', 100)
    const [ana, bo] = [team.person('member'), await team.add('member')]
    const wanted = [
      { kind: 'spend', amount: 60, member_id: ana.id },
      { kind: 'spend', amount: 60, member_id: bo.id },
      { kind: 'spend', amount: 40, member_id: bo.id }
    ]
    const { body } = await credits.batch(wanted)
    t.match(body.data, [
      { status: 'created' },
      { status: 'error', problem: { code: 'insufficient_credits', available: 40 } },
      { status: 'created' }
    ])
    t.equal(await left(), 0)
  })

  await t.test(
    'OUPI-101: on demand: members ask, for what, and an administrator gives',
    async (t) => {
      const { team, spend, account, left } = await create('on_demand', 1_000)
      const ana = team.person('member')
      t.equal(codeOf(await spend(ana, 1)), 'insufficient_credits')
      const asked = await team.call('member', 'POST', '/credit-requests', {
        body: { amount: 200, reason: 'Le site', metadata: { project: 'site' } }
      })
      t.match(asked, { status: 201, body: { status: 'pending', metadata: { project: 'site' } } })
      const at = `/credit-requests/${asked.body.id}`
      const self = await team.call('member', 'POST', `${at}/approve`, { body: {} })
      t.equal(codeOf(self), 'not_permitted')
      const { body: waiting } = await team.call('admin', 'GET', '/credit-requests?status=pending')
      t.match(waiting.data, [{ id: asked.body.id, member_id: ana.id, amount: 200 }])
      const given = await team.call('admin', 'POST', `${at}/approve`, { body: { amount: 150 } })
      t.match(given, { status: 200, body: { status: 'approved', approved_amount: 150 } })
      t.same([(await account(ana)).unused, await left()], [150, 850])
      t.equal((await spend(ana, 150)).status, 201)
      t.equal(codeOf(await spend(ana, 1)), 'insufficient_credits')
      const more = await team.call('member', 'POST', '/credit-requests', { body: { amount: 500 } })
      const denied = await team.call('owner', 'POST', `/credit-requests/${more.body.id}/deny`, {
        body: { note: 'Le mois prochain' }
      })
      t.match(denied, { status: 200, body: { status: 'denied', note: 'Le mois prochain' } })
      t.equal((await account(ana)).unused, 0)
      t.same(await conservation(deps.db, team.id), [])
    }
  )
})
