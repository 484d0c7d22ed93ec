import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

/** Tests begin on the first of January. */
const PERIOD = { starts_on: '2029-12-15', ends_on: '2030-01-15' }
const TEAM = { entitlements: ['team'] }
const PAID = { plan: 'business', period: { starts_on: '2030-01-01', ends_on: '2030-02-01' } }

await t.test('PUT {o}/billing', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, invite, member } = app
  const put = (path: string, body: unknown, options = {}) =>
    call('PUT', `${path}/billing`, { body, ...options })
  const summaryOf = async (path: string) => (await call('GET', `${path}/summary`)).body
  const events = async (path: string, type: string) =>
    (await call('GET', `${path}/events?type=${type}`)).body.data

  await t.test('takes over all of it, tells what changed, and nothing twice', async (t) => {
    const org = await organization()
    const told = {
      status: 'ok',
      plan: 'business',
      entitlements: ['team'],
      seats: 7,
      period: PERIOD,
      currency: 'USD',
      prices: { seat: 2_300 },
      account_owner: 'Acme SAS'
    }
    const { status, body } = await put(org.path, told)
    t.equal(status, 200)
    t.same(body, { ...told, credit_balance: 0, last_entry: 0 })
    t.same((await call('GET', `${org.path}/billing`)).body, body)
    const [event] = await events(org.path, 'billing.updated')
    t.same(event.changes.seats, [null, 7])
    t.same(event.changes.prices, [{}, { seat: 2_300 }])
    t.notOk('status' in event.changes, 'only what changed')

    await put(org.path, told)
    t.equal((await events(org.path, 'billing.updated')).length, 1)
    const { body: unset } = await put(org.path, {})
    t.match(unset, { plan: null, seats: null, period: null, prices: {}, entitlements: [] })
  })

  await t.test('is the host’s alone, whoever may see it', async (t) => {
    const org = await organization()
    const plain = await member(org.path)
    t.match(await put(org.path, { seats: 500 }, { actor: org.as }), {
      status: 403,
      body: { code: 'billing_is_the_hosts' }
    })
    t.equal((await call('GET', `${org.path}/billing`, { actor: org.as })).status, 200)
    t.match(await put(org.path, { seats: 500 }, { actor: plain.as }), { status: 403 })
    t.match(await call('GET', `${org.path}/billing`, { actor: plain.as }), { status: 403 })
    t.match(await call('GET', `${org.path}/billing-entries`, { actor: plain.as }), { status: 403 })
    t.equal((await summaryOf(org.path)).seats.size, 50, 'nothing was done')
  })

  await t.test('refuses what it does not know, and periods that are none', async (t) => {
    const org = await organization()
    for (const [body, pointer] of [
      [{ credit_balance: 5 }, '#/credit_balance'],
      [{ seats: -1 }, '#/seats'],
      [{ seats: 1.5 }, '#/seats'],
      [{ status: 'late' }, '#/status'],
      [{ currency: 'usd' }, '#/currency'],
      [{ prices: { seat: -1 } }, '#/prices/seat'],
      [{ prices: { number: 1 } }, '#/prices/number'],
      [{ period: { starts_on: '2029-02-29', ends_on: '2029-03-01' } }, '#/period/starts_on'],
      [{ entitlements: ['Team'] }, '#/entitlements/0']
    ] as const) {
      const { status, body: problem } = await put(org.path, body)
      t.equal(status, 400, JSON.stringify(body))
      t.equal(problem.errors[0].pointer, pointer)
    }
    for (const ends_on of ['2029-12-15', '2029-12-14', '2041-01-01']) {
      const { status, body } = await put(org.path, { period: { ...PERIOD, ends_on } })
      t.match({ status, code: body.code }, { status: 422, code: 'invalid_period' }, ends_on)
    }
    const { body } = await put(org.path, { seats_through: 1 })
    t.match(body, { code: 'unknown_billing_entry', last: 0 })
    t.same(await events(org.path, 'billing.updated'), [])
  })

  await t.test('fewer seats than are used evict nobody, block new ones and say so', async (t) => {
    const org = await organization({ billing: { seats: 3 } })
    await member(org.path)
    const { token } = await invite(org.path, 'third@seats.test')
    await put(org.path, { seats: 1 })
    t.match(await summaryOf(org.path), {
      seats: { used: 3, available: 0, size: 1 },
      members: { active: 2, invited: 1 },
      blocked: [{ action: 'invitation', code: 'seats_exhausted' }, { action: 'import' }]
    })
    const { answer } = await invite(org.path, 'fourth@seats.test')
    t.match(answer, { status: 409, body: { code: 'seats_exhausted', limit: 1, used: 3 } })
    const joined = await app.accept(token, { id: 'u_third', email: 'third@seats.test' })
    t.equal(joined.status, 200, 'an offer has its seat')
    await put(org.path, { seats: 4 })
    t.match(await events(org.path, 'seats.purchased'), [
      { data: { by: 'billing', quantity: 3, size: 4 } }
    ])
    t.equal((await invite(org.path, 'fourth@seats.test')).answer.status, 201)
    t.match(await events(org.path, 'seats.limit_reached'), [{ data: { used: 4, size: 4 } }, {}])
  })

  await t.test('keeps the seats that were charged while the host counted', async (t) => {
    const org = await organization({ policy: 'surveymonkey', billing: { ...TEAM, seats: 1 } })
    await invite(org.path, 'one@overage.test')
    const { last_entry: counted } = (await call('GET', `${org.path}/billing`)).body
    t.equal(counted, 1)
    await invite(org.path, 'two@overage.test')
    // The host has counted two seats, of which the first overage is one, and tells so only now.
    const told = await put(org.path, { ...TEAM, seats: 2, seats_through: counted })
    t.equal(told.body.seats, 3)
    t.match((await summaryOf(org.path)).seats, { used: 3, available: 0, size: 3 })
    await put(org.path, { ...TEAM, seats: 2 })
    t.match((await summaryOf(org.path)).seats, { size: 2 }, 'left out: that is all there are')
  })

  await t.test('credits stay in their currency', async (t) => {
    const { path } = await organization({ policy: 'openphone', billing: PAID })
    const ben = await call('POST', `${path}/members`, {
      body: { members: [{ user_id: 'u_ben', email: 'ben@credit.test', role: 'member' }] }
    })
    const { member: joined } = ben.body.data[0]
    await call('DELETE', `${path}/members/${joined.id}?confirm=true`)
    const { body } = await put(path, { ...PAID, currency: 'EUR' })
    t.match(body, { code: 'currency_locked', currency: 'USD' })
    t.ok((await call('GET', `${path}/billing`)).body.credit_balance > 0)
    t.equal((await put(path, { ...PAID, plan: 'scale' })).status, 200)
  })

  await t.test('what is missing or costs nothing is said as that', async (t) => {
    const policy = await policyLike(app, 'standard', { seats: { mode: 'per_member' } })
    const org = await organization({ policy })
    const entryFor = async (billing: unknown) => {
      await put(org.path, billing)
      await invite(org.path, `${app.unique('m')}@price.test`)
      const { body } = await call('GET', `${org.path}/billing-entries?limit=100`)
      return body.data.at(-1)
    }
    t.match(await entryFor({}), { amount: null, amount_due: null, unit_price: null, period: null })
    const free = { period: PERIOD, currency: 'EUR', prices: { seat: 0 } }
    t.match(await entryFor(free), { amount: 0, amount_due: 0, unit_price: 0, currency: 'EUR' })
    const priced = { currency: 'EUR', prices: { seat: 3_100 } }
    t.match(await entryFor(priced), { unit_price: 3_100, amount: null }, 'of which period?')
    t.match(await entryFor({ ...priced, period: PERIOD, plan: 'pro' }), {
      plan: 'pro',
      period: PERIOD,
      days: 14,
      days_of: 31,
      amount: 1_400
    })
    t.match(await entryFor({ ...priced, prices: { seat: 6_200 }, period: PERIOD }), {
      amount: 2_800
    })
  })
})
