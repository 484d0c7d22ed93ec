import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

const DECEMBER = { starts_on: '2029-12-15', ends_on: '2030-01-15' }
const PRICES = {
  currency: 'USD',
  prices: [
    { plan: 'starter', seat_month: 1_500, resource_month: 500 },
    { plan: 'scale', seat_month: 3_500 }
  ]
}

await t.test('what becomes due', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization, invite, accept, unique } = app
  t.beforeEach(() => {
    clock.now = new Date('2030-01-01T12:00:00Z')
  })
  const put = async (path: string, body: unknown) => {
    t.equal((await call('PUT', `${path}/billing`, { body })).status, 200)
  }
  const entries = async (path: string) =>
    (await call('GET', `${path}/billing-entries?limit=100`)).body.data
  /** The entry of one more member, however it is priced. */
  async function charge(path: string) {
    await invite(path, `${unique('p')}@due.test`)
    return (await entries(path)).at(-1)
  }
  /** A team whose members are charged from their invitation on. */
  async function team(billing: object = {}, fields: object = {}) {
    const policy = await policyLike(app, 'standard', { seats: { mode: 'per_member' }, billing })
    return organization({ policy, ...fields })
  }

  await t.test('says for what, for how long, at which price', async (t) => {
    const { path } = await team()
    await put(path, { plan: 'pro', currency: 'EUR', prices: { seat: 3_100 }, period: DECEMBER })
    const { invitation } = await invite(path, 'whole@due.test')
    const [entry] = await entries(path)
    t.match(entry, { id: /^bil_/, policy_version: 1 })
    t.same(
      { ...entry, id: '' },
      {
        id: '',
        number: 1,
        kind: 'member_added',
        reason: `member_added:${invitation.member_id}:1`,
        subject: { type: 'member', id: invitation.member_id },
        quantity: 1,
        plan: 'pro',
        currency: 'EUR',
        unit_price: 3_100,
        period: DECEMBER,
        days: 14,
        days_of: 31,
        amount: 1_400,
        credit_applied: 0,
        amount_due: 1_400,
        occurred_at: '2030-01-01T12:00:00.000Z',
        policy_version: 1
      }
    )
  })

  await t.test('OP-88: a plan changed within a period is the price from then on', async (t) => {
    const { path } = await team(PRICES)
    const period = { starts_on: '2030-01-01', ends_on: '2030-02-01' }
    await put(path, { plan: 'starter', period })
    clock.now = new Date('2030-01-16T12:00:00Z')
    const before = await charge(path)
    t.match(before, { plan: 'starter', unit_price: 1_500, days: 16, amount: 774 })
    await put(path, { plan: 'scale', period })
    t.match(await charge(path), { plan: 'scale', unit_price: 3_500, days: 16, amount: 1_806 })
    await put(path, { plan: 'unheard_of', period })
    t.match(await charge(path), { plan: 'unheard_of', unit_price: null, days: 16, amount: null })
    t.same((await entries(path))[0], before, 'what was charged stays what it was')
    t.equal((await entries(path)).length, 3, 'nothing is due by the change itself')
  })

  await t.test('a price list is for whole months, and follows them', async (t) => {
    const { path } = await team(PRICES)
    const sold = { plan: 'starter', period: { starts_on: '2029-12-31', ends_on: '2030-01-31' } }
    await put(path, sold)
    t.match(await charge(path), { days: 30, days_of: 31, amount: 1_452 })
    clock.now = new Date('2030-02-28T12:00:00Z')
    t.match(await charge(path), {
      period: { starts_on: '2030-02-28', ends_on: '2030-03-31' },
      days: 31,
      days_of: 31,
      unit_price: 1_500,
      amount: 1_500
    })
    await put(path, { ...sold, period: { starts_on: '2030-02-28', ends_on: '2030-03-31' } })
    t.match(await charge(path), { unit_price: 1_500, amount: 1_500 }, 'told from there on')
    await put(path, { ...sold, period: { starts_on: '2030-01-01', ends_on: '2031-01-01' } })
    t.match(await charge(path), { unit_price: 18_000, days: 307, days_of: 365, amount: 15_140 })
    await put(path, { ...sold, period: { starts_on: '2030-02-20', ends_on: '2030-03-09' } })
    t.match(await charge(path), { unit_price: null, days: 9, days_of: 17, amount: null })
    await put(path, { ...sold, currency: 'EUR' })
    t.match(await charge(path), { currency: 'EUR', unit_price: null }, 'in another currency')
  })

  await t.test('of a period that has not begun, or that nobody told, is unknown', async (t) => {
    const { path } = await team()
    const unknown = { unit_price: 3_100, period: null, days: null, days_of: null, amount: null }
    await put(path, { prices: { seat: 3_100 } })
    t.match(await charge(path), unknown)
    const later = { starts_on: '2030-01-02', ends_on: '2030-02-02' }
    await put(path, { prices: { seat: 3_100 }, period: later })
    t.match(await charge(path), unknown)
    clock.now = new Date('2030-01-02T00:00:00Z')
    t.match(await charge(path), { period: later, days: 31, amount: 3_100 })
  })

  await t.test('is all of the price where nothing is prorated, of whatever period', async (t) => {
    const { path } = await team({ prorated: false })
    await put(path, { prices: { seat: 3_100 } })
    t.match(await charge(path), { period: null, days: null, amount: 3_100 })
    await put(path, { prices: { seat: 3_100 }, period: DECEMBER })
    t.match(await charge(path), { period: DECEMBER, days: 31, days_of: 31, amount: 3_100 })
  })

  await t.test('the day begins at the organization’s own midnight', async (t) => {
    const period = { starts_on: '2030-03-01', ends_on: '2030-04-01' }
    const cases: [zone: string, at: string, days: number | null][] = [
      ['UTC', '2030-02-28T23:59:59.999Z', null],
      ['UTC', '2030-03-01T00:00:00Z', 31],
      ['Pacific/Kiritimati', '2030-02-28T09:59:59.999Z', null],
      ['Pacific/Kiritimati', '2030-02-28T10:00:00Z', 31],
      ['America/New_York', '2030-03-01T04:59:59.999Z', null],
      ['America/New_York', '2030-03-01T05:00:00Z', 31],
      // On the tenth the clocks go forward: the eleventh begins an hour earlier.
      ['America/New_York', '2030-03-11T03:59:59.999Z', 22],
      ['America/New_York', '2030-03-11T04:00:00Z', 21],
      ['Asia/Kolkata', '2030-03-31T18:29:59.999Z', 1],
      ['Asia/Kolkata', '2030-03-31T18:30:00Z', 30]
    ]
    for (const [zone, at, days] of cases) {
      clock.now = new Date(at)
      const { path } = await team({}, { time_zone: zone })
      await put(path, { prices: { seat: 3_100 }, period })
      t.match(await charge(path), { days }, `${zone} ${at}`)
    }
  })

  await t.test('nobody pays for being invited where only members are charged', async (t) => {
    const { path } = await organization({
      policy: 'openphone',
      billing: { plan: 'business', period: { starts_on: '2030-01-01', ends_on: '2030-02-01' } }
    })
    const resources = { choice: 'existing', ids: ['n1', 'n2', 'n3'] }
    const { token } = await invite(path, 'ana@due.test', { role: 'member', resources })
    t.same(await entries(path), [])
    clock.now = new Date('2030-01-31T12:00:00Z')
    const { body } = await accept(token, { id: 'u_ana', email: 'ana@due.test' })
    const subject = { type: 'member', id: body.id }
    t.match(await entries(path), [
      { kind: 'member_added', subject, quantity: 1, days: 1, amount: 74 },
      { kind: 'resource_added', subject, quantity: 2, unit_price: 500, days: 1, amount: 32 }
    ])
    const { body: told } = await call('GET', `${path}/events?type=billing.charge_due`)
    t.match(told.data, [{ data: { number: 2 } }, { data: { number: 1 } }])
  })
})
