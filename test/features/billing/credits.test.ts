import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'

const JANUARY = { starts_on: '2030-01-01', ends_on: '2030-02-01' }
/** A hundred for each day. */
const SOLD = { currency: 'USD', prices: { seat: 3_100, resource: 310 }, period: JANUARY }
const GONE = [404, 400]

await t.test('money credits', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, organization, member } = app
  t.beforeEach(() => {
    on(10)
  })
  const on = (day: number) => {
    clock.now = new Date(Date.UTC(2030, 0, day, 12))
  }

  /** A team whose members leave what their seats were paid for and not used. */
  async function team(fields: object = {}) {
    const policy = await policyLike(app, 'standard', {
      seats: { mode: 'per_member', counted: ['active'] },
      billing: { credit_on_removal: true, resources_included: 1 },
      ...fields
    })
    const org = await organization({ policy, billing: SOLD })
    const { path } = org
    const read = async (what: string) => (await call('GET', `${path}/${what}`)).body
    return {
      ...org,
      join: () => member(path),
      remove: async (id: string) => {
        const { status } = await call('DELETE', `${path}/members/${id}?confirm=true`)
        t.equal(status, 200)
      },
      push: (billing: object) => call('PUT', `${path}/billing`, { body: { ...SOLD, ...billing } }),
      read,
      entries: async () => (await read('billing-entries')).data,
      balance: async () => (await read('billing')).credit_balance as number,
      told: async (type: string) => (await read(`events?type=${type}`)).data
    }
  }

  await t.test('OP-84: a member who goes leaves the days after today', async (t) => {
    const { join, remove, entries, balance, told } = await team()
    const { id } = await join()
    t.match((await entries())[0], { kind: 'member_added', days: 22, amount: 2_200 })
    on(20)
    await remove(id)
    const [, credit] = await entries()
    t.match(credit, {
      kind: 'member_removed',
      reason: `member_removed:${id}:1`,
      days: 11,
      amount: 1_100,
      credit_applied: 0,
      amount_due: null
    })
    t.equal(await balance(), 1_100)
    t.match(await told('billing.credit_due'), [{ data: { number: 2, amount: 1_100 } }])
  })

  await t.test('OP-85: they pay the next charges, as far as they go', async (t) => {
    const { join, remove, entries, balance } = await team()
    const first = await join()
    await remove(first.id)
    t.equal(await balance(), 2_100)
    on(20)
    await join()
    t.equal(await balance(), 900)
    await join()
    await join()
    t.equal(await balance(), 0, 'never below nothing')
    t.match((await entries()).slice(2), [
      { amount: 1_200, credit_applied: 1_200, amount_due: 0 },
      { amount: 1_200, credit_applied: 900, amount_due: 300 },
      { amount: 1_200, credit_applied: 0, amount_due: 1_200 }
    ])
  })

  await t.test('a member who is back is charged again, each time for a reason', async (t) => {
    const { path, join, entries, balance } = await team({ suspension: { enabled: true } })
    const { id } = await join()
    for (const verb of ['suspend', 'reactivate', 'suspend', 'suspend', 'reactivate']) {
      t.equal((await call('POST', `${path}/members/${id}/${verb}`)).status, 200)
    }
    const made = await entries()
    t.same(
      made.map(({ reason }: { reason: string }) => reason.replace(id, 'ana')),
      [
        'member_added:ana:1',
        'member_removed:ana:1',
        'member_added:ana:2',
        'member_removed:ana:2',
        'member_added:ana:3'
      ]
    )
    t.same([made[4].credit_applied, await balance()], [2_100, 0])
    t.match(made[4], { amount: 2_200, amount_due: 100 }, 'the day itself is paid each time')
  })

  await t.test('so do the resources that were paid for and are taken off', async (t) => {
    const { path, join, entries, balance } = await team()
    const { id } = await join()
    const equip = (...ids: string[]) =>
      call('PATCH', `${path}/members/${id}`, {
        body: { resources: ids.length === 0 ? null : { choice: 'existing', ids } }
      })
    for (const ids of [['a'], ['a', 'b', 'c'], ['a', 'b'], ['b', 'a'], []]) await equip(...ids)
    t.match((await entries()).slice(1), [
      { kind: 'resource_added', quantity: 2, unit_price: 310, days: 22, amount: 440 },
      { kind: 'resource_removed', quantity: 1, days: 21, amount: 210 },
      { kind: 'resource_removed', quantity: 1, days: 21, amount: 210 }
    ])
    t.equal((await entries()).length, 4)
    t.equal(await balance(), 420)
  })

  await t.test('of a price that nobody knows there are none', async (t) => {
    const { join, remove, push, entries, balance } = await team()
    const { id } = await join()
    await push({ prices: {} })
    await remove(id)
    t.match((await entries())[1], { kind: 'member_removed', unit_price: null, amount: null })
    t.equal(await balance(), 0)
  })

  await t.test('nor on the last day, nor where the policy leaves none', async (t) => {
    const { join, remove, entries } = await team()
    on(31)
    const { id } = await join()
    await remove(id)
    t.match((await entries())[1], { kind: 'member_removed', days: 0, amount: 0 })
    const kept = await team({ billing: { credit_on_removal: false } })
    await kept.remove((await kept.join()).id)
    t.match(await kept.entries(), [{ kind: 'member_added' }])
    t.equal((await kept.entries()).length, 1)
  })

  await t.test('OP-86: nothing gives them back, moves them or makes some', async (t) => {
    const { path, join, remove, push, balance } = await team()
    await remove((await join()).id)
    const before = await balance()
    t.equal((await push({ credit_balance: 0 })).status, 400)
    t.match(await push({ currency: 'EUR' }), {
      status: 409,
      body: { code: 'currency_locked', balance: before, currency: 'USD' }
    })
    for (const what of ['billing/credits', 'billing/refund', 'credits', 'billing-entries']) {
      const { status } = await call('POST', `${path}/${what}`, { body: { amount: before } })
      t.ok(GONE.includes(status), `${what}: ${status}`)
    }
    await push({ seats: 3, plan: 'another', prices: { seat: 1 } })
    t.equal(await balance(), before)
  })

  await t.test('OP-87: they end with the subscription, and stay ended', async (t) => {
    const { id, path, join, remove, entries, balance, told } = await team({
      cancellation: { expire_credits: true }
    })
    await remove((await join()).id)
    t.equal((await call('POST', `${path}/cancel`)).status, 200)
    t.match((await entries()).at(-1), {
      number: 3,
      kind: 'credit_expired',
      reason: 'credit_expired:3',
      subject: { type: 'organization', id },
      amount: 2_100,
      amount_due: null,
      currency: 'USD',
      period: null
    })
    t.match(await told('billing.credit_expired'), [{ data: { number: 3, amount: 2_100 } }])
    await call('POST', `${path}/restore`)
    t.equal(await balance(), 0)
    // Again within the same instant: another end, with a reason of its own.
    await remove((await join()).id)
    t.equal((await call('POST', `${path}/cancel`)).status, 200)
    t.match((await entries()).at(-1), { kind: 'credit_expired', reason: 'credit_expired:6' })
    t.equal(await balance(), 0)
  })

  await t.test('where the policy lets them live they are there after a restore', async (t) => {
    const { path, join, remove, balance } = await team()
    await remove((await join()).id)
    await call('POST', `${path}/cancel`)
    await call('POST', `${path}/restore`)
    t.equal(await balance(), 2_100)
  })
})
