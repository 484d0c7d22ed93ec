import t from 'tap'
import { createHost } from '../billing.js'
import { createProducts, type Team } from '../products.js'

/** A month of thirty days, and what is left of it at noon of the sixteenth: half. */
const NOVEMBER = { starts_on: '2030-11-01', ends_on: '2030-12-01' }
const on = (day: number) => new Date(Date.UTC(2030, 10, day, 12))
const BUSINESS = { plan: 'business', period: NOVEMBER }
/** What one more member, and one more number, cost from the sixteenth on. */
const [SEAT, NUMBER] = [1_150, 250]

await t.test('OpenPhone: billing', async (t) => {
  const products = await createProducts(t)
  const { clock, unique, accept, call } = products
  const { push, billing, entries, summary, putCopy } = createHost(products)
  t.beforeEach(() => {
    clock.now = on(16)
  })

  /** A team that has been charged for an admin and a member, which `since` leaves out. */
  async function create(sold: object = BUSINESS, fields: object = {}) {
    const team = await products.team('openphone', { billing: sold, ...fields })
    const before = (await entries(team)).length
    return { team, since: async () => (await entries(team)).slice(before) }
  }
  async function open(team: Team, resources: object = { choice: 'new' }) {
    const { body } = await team.call('admin', 'POST', '/invitations', {
      body: {
        emails: `${unique('new')}@openphone.test`,
        role: 'member',
        resources,
        send_email: false
      }
    })
    const [{ invitation, link }] = body.data
    const user = { id: unique('u'), email: String(invitation.email) }
    return { id: String(invitation.member_id), token: String(link).split('/').at(-1) ?? '', user }
  }
  async function join(team: Team, resources?: object) {
    const { id, token, user } = await open(team, resources)
    const { status } = await accept(token, user)
    t.equal(status, 200)
    return id
  }
  const remove = (team: Team, id: string) =>
    team.call('admin', 'DELETE', `/members/${id}?confirm=true`)
  const existing = (...ids: string[]) => ({ choice: 'existing', ids })

  await t.test('OP-79 OP-80: a member pays the rest of the period, at once', async (t) => {
    const { team, since } = await create()
    const id = await join(team)
    const charge = {
      kind: 'member_added',
      subject: { type: 'member', id },
      quantity: 1,
      plan: 'business',
      currency: 'USD',
      unit_price: 2_300,
      period: NOVEMBER,
      days: 15,
      days_of: 30,
      amount: SEAT,
      amount_due: SEAT,
      occurred_at: clock.now.toISOString()
    }
    t.match(await since(), [charge])
    const [told] = await team.events('billing.charge_due')
    t.match(told?.data, { subject: { type: 'member', id }, days: 15, amount_due: SEAT })
    clock.now = on(30)
    await join(team)
    t.match((await since())[1], { days: 1, amount: 77 }, 'on its last day, one day')
  })

  await t.test(
    'OP-81: every member has a subscription, whoever and by whichever door',
    async (t) => {
      const team = await products.team('openphone', { billing: BUSINESS })
      const ids = [team.person('admin').id, team.person('member').id]
      for (const role of ['owner', 'admin', 'member']) ids.push((await team.add(role)).id)
      ids.push(await join(team))
      const { body } = await team.call('owner', 'GET', '/members')
      t.same(
        body.data.map(({ id }: { id: string }) => id).sort(),
        [team.creator.id, ...ids].sort(),
        'the creator’s is what was sold to begin with'
      )
      const charges = await entries(team)
      t.same(
        charges.map(({ kind, subject, quantity }) => [kind, subject.id, quantity]),
        ids.map((id) => ['member_added', id, 1])
      )
      const change = { body: { role: 'owner' } }
      await team.call('owner', 'PATCH', `/members/${ids[0]}?confirm=true`, change)
      t.equal((await entries(team)).length, ids.length, 'one each, in every role')
    }
  )

  await t.test('OP-82: a number is included, each further one is five dollars', async (t) => {
    const { team, since } = await create()
    await join(team)
    await join(team, existing('num_1'))
    const charges = await since()
    t.same(
      charges.map(({ kind }) => kind),
      ['member_added', 'member_added'],
      'a new one or one that is there: the first is included'
    )
    const id = await join(team, existing('num_2', 'num_3', 'num_4'))
    const [, , seat, further] = await since()
    t.match(seat, { kind: 'member_added', amount: SEAT })
    t.match(further, {
      kind: 'resource_added',
      subject: { id },
      quantity: 2,
      unit_price: 500,
      days: 15,
      amount: 2 * NUMBER
    })
    const more = { body: { resources: existing('num_2', 'num_3', 'num_4', 'num_5') } }
    t.equal((await team.call('admin', 'PATCH', `/members/${id}`, more)).status, 200)
    t.match((await since())[4], { kind: 'resource_added', quantity: 1, amount: NUMBER })
    const wholeMonth = await create({
      ...BUSINESS,
      period: { ...NOVEMBER, starts_on: '2030-11-16', ends_on: '2030-12-16' }
    })
    await join(wholeMonth.team, existing('num_6', 'num_7'))
    t.match((await wholeMonth.since())[1], { kind: 'resource_added', amount: 500 })
  })

  await t.test('OP-83: charged when somebody has become a member', async (t) => {
    const { team, since } = await create()
    clock.now = on(10)
    const { id, token, user } = await open(team, existing('num_1', 'num_2'))
    t.same(await since(), [], 'who is invited is no member yet')
    clock.now = on(16)
    await accept(token, user)
    t.match(await since(), [
      { kind: 'member_added', subject: { id }, days: 15, amount: SEAT },
      { kind: 'resource_added', subject: { id }, days: 15, amount: NUMBER }
    ])
  })

  await t.test('OP-83: or when they are invited, where a policy says so', async (t) => {
    const policy = await putCopy('openphone', { seats: { counted: ['active', 'invited'] } })
    const { team, since } = await create(BUSINESS, { policy })
    const { id, token, user } = await open(team)
    const charge = { kind: 'member_added', subject: { id }, days: 15, amount: SEAT }
    t.match(await since(), [charge])
    clock.now = on(20)
    t.equal((await accept(token, user)).status, 200)
    t.equal((await since()).length, 1, 'and not again')
  })

  await t.test('OP-84: who is removed leaves the days that are left as a credit', async (t) => {
    const { team, since } = await create()
    const id = await join(team, existing('num_1', 'num_2'))
    clock.now = on(21)
    t.equal((await remove(team, id)).status, 200)
    const credits = (await since()).slice(2)
    t.match(credits, [
      { kind: 'member_removed', subject: { id }, days: 9, days_of: 30, amount: 690 },
      { kind: 'resource_removed', subject: { id }, days: 9, quantity: 1, amount: 150 }
    ])
    t.equal((await billing(team)).credit_balance, 690 + 150)
    const told = await team.events('billing.credit_due')
    t.same(told.map(({ data }) => data.amount).sort(), [150, 690])
  })

  await t.test('OP-85: credits pay the next charges', async (t) => {
    const { team, since } = await create()
    const id = await join(team)
    await remove(team, id)
    const credit = (await billing(team)).credit_balance
    t.equal(credit, 1_073, 'fourteen days')
    clock.now = on(21)
    await join(team)
    await join(team)
    t.match((await since()).slice(2), [
      { kind: 'member_added', amount: 767, credit_applied: 767, amount_due: 0 },
      { kind: 'member_added', amount: 767, credit_applied: credit - 767, amount_due: 461 }
    ])
    t.equal((await billing(team)).credit_balance, 0)
  })

  /** A team with a balance that nothing has used. */
  async function withCredit() {
    const { team, since } = await create()
    await remove(team, await join(team))
    const { credit_balance: credit } = await billing(team)
    t.ok(credit > 0)
    return { team, since, credit: Number(credit) }
  }

  await t.test('OP-86: nobody is given credits back, not even by the product', async (t) => {
    const { team, credit } = await withCredit()
    const refused = await push(team, { ...BUSINESS, credit_balance: 0 })
    t.match([refused.status, refused.body.code], [400, 'invalid_request'])
    const other = await push(team, { ...BUSINESS, currency: 'EUR' })
    t.match([other.status, other.body.code], [409, 'currency_locked'])
    t.equal((await push(team, { ...BUSINESS, plan: 'scale' })).status, 200)
    t.equal((await billing(team)).credit_balance, credit)
  })

  await t.test('OP-86: no operation takes money out or over', async (t) => {
    const { body } = await call('GET', '/openapi.json', { key: null })
    const paths = Object.entries<Record<string, { requestBody?: unknown; parameters?: unknown }>>(
      body.paths
    )
    const told = body.paths['/v1/organizations/{organization_id}/billing'].put.requestBody
    t.match(JSON.stringify(told), /"seats_through"/, 'bodies are told in full')
    for (const [path, operations] of paths) {
      t.notMatch(path, /refund|payout|withdraw/)
      const isOfMoney = /billing/.test(path)
      t.same(isOfMoney ? Object.keys(operations).filter((one) => !/get|put/.test(one)) : [], [])
      // Where credits of another kind are moved: below.
      if (path.endsWith('/credit-transfers')) continue
      for (const { requestBody, parameters } of Object.values(operations)) {
        const asked = JSON.stringify([requestBody, parameters])
        t.notMatch(asked, /credit_balance|refund|payout|withdraw/, path)
      }
    }
  })

  await t.test('OP-86: what moves credits of other products refuses these', async (t) => {
    const { team, credit } = await withCredit()
    const [from, to] = [{ member_id: team.creator.id }, { to_member_id: team.person('member').id }]
    for (const kind of ['top_up', 'allocate', 'reclaim', 'move', 'spend', 'hold']) {
      const wish = { kind, amount: 1, ...(kind === 'top_up' ? {} : from) }
      const body = kind === 'move' ? { ...wish, ...to } : wish
      const answer = await call('POST', `${team.path}/credit-transfers`, { body })
      t.match([answer.status, answer.body.code], [422, 'money_credits_not_transferable'], kind)
    }
    t.equal((await billing(team)).credit_balance, credit)
  })

  await t.test('OP-86: another team of the same owner has nothing of them', async (t) => {
    const { team, credit } = await withCredit()
    const { creator } = team
    const second = await create(BUSINESS, {
      owner: { user_id: creator.userId, email: creator.email }
    })
    await join(second.team)
    t.match(await second.since(), [{ amount: SEAT, credit_applied: 0, amount_due: SEAT }])
    t.equal((await billing(second.team)).credit_balance, 0)
    t.equal((await billing(team)).credit_balance, credit)
    const { id } = await team.add('owner')
    const balance = (await billing(team)).credit_balance
    await team.call('owner', 'POST', '/transfer-ownership', { body: { member_id: id } })
    t.equal((await billing(team)).credit_balance, balance, 'they are the team’s, not a person’s')
  })

  await t.test('OP-88: 15, 23 and 35 dollars a month, and twelve times that a year', async (t) => {
    const month = { starts_on: '2030-11-16', ends_on: '2030-12-16' }
    const year = { starts_on: '2030-11-16', ends_on: '2031-11-16' }
    const begun = { starts_on: '2030-05-20', ends_on: '2031-05-20' }
    for (const [plan, price] of [
      ['starter', 1_500],
      ['business', 2_300],
      ['scale', 3_500]
    ] as const) {
      const { team, since } = await create({ plan, period: month })
      await join(team)
      await push(team, { plan, period: year })
      await join(team)
      await push(team, { plan, period: begun })
      await join(team)
      t.match(
        await since(),
        [
          { plan, unit_price: price, amount: price, currency: 'USD' },
          { plan, unit_price: 12 * price, amount: 12 * price, days: 365 },
          { unit_price: 12 * price, days: 185, amount: Math.round((12 * price * 185) / 365) }
        ],
        plan
      )
    }
  })

  await t.test('OP-89: a team may be as large as it likes', async (t) => {
    const { team } = await create()
    const people = Array.from({ length: 60 }, () => {
      const userId = unique('u')
      return { user_id: userId, email: `${userId}@openphone.test`, role: 'member' }
    })
    const { body } = await team.call('owner', 'POST', '/members', { body: { members: people } })
    t.ok(body.data.every(({ status }: { status: string }) => status === 'created'))
    await join(team)
    t.match(await summary(team), {
      seats: { mode: 'per_member', used: 64, available: null, size: null, text: null },
      blocked: []
    })
    await push(team, { ...BUSINESS, seats: 10 })
    t.equal((await summary(team)).seats.size, null, 'nothing makes it a limit')
    await join(team)
  })
})
