import { and, eq } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { creditLots, creditTransfers, POOL_HOLDER } from '../../../src/db/tables/credits.js'
import { settleDueCredits } from '../../../src/features/credits/settle-credits.sweep.js'
import { createTestApp, START } from '../../helpers/app.js'
import { conservation, teamWithCredits } from '../../helpers/credits.js'

const HOUR_MS = 3_600_000
const after = (hours: number) => new Date(START.getTime() + hours * HOUR_MS)
const until = (hours: number) => ({ expires_at: after(hours).toISOString() })
const SHORT = { status: 422, body: { code: 'insufficient_credits' } }

await t.test('settle-credits: credits that expire', async (t) => {
  const app = await createTestApp(t)
  const { clock, deps } = app

  /** A team of one at the beginning, and what is left of its top-ups, with whom, by their names. */
  async function begin() {
    clock.now = START
    const org = await teamWithCredits(app, { members: 2 })
    const [ana = '', bo = ''] = org.members
    const names = new Map([
      [POOL_HOLDER, 'pool'],
      [ana, 'ana'],
      [bo, 'bo']
    ])
    const buy = async (name: string, amount: number, fields = {}) => {
      const { body } = await org.topUp(amount, fields)
      names.set(body.id, name)
    }
    const left = async () => {
      const lots = await deps.db.select().from(creditLots)
      return lots
        .filter(({ organizationId }) => organizationId === org.id)
        .map((lot) => `${names.get(lot.holderId)} ${lot.remaining} ${names.get(lot.topUpId)}`)
        .sort()
    }
    const account = async (id: string) => (await org.get(`credit-accounts/${id}`)).body
    return { ...org, ana, bo, buy, left, account }
  }

  /** After each of which no credit is lost. */
  const story = (
    name: string,
    tell: (t: Test, org: Awaited<ReturnType<typeof begin>>) => Promise<void>
  ) =>
    t.test(name, async (t) => {
      const org = await begin()
      await tell(t, org)
      t.same(await conservation(deps.db, org.id), [])
    })

  /** How many spends were written. */
  const countSpends = async (id: string) => {
    const { organizationId, kind } = creditTransfers
    const rows = await deps.db
      .select()
      .from(creditTransfers)
      .where(and(eq(organizationId, id), eq(kind, 'spend')))
    return rows.length
  }

  await story(
    'burn by priority, then what expires first, then what is oldest',
    async (t, { buy, left, spend }) => {
      await buy('late', 10, until(9))
      await buy('soon', 10, until(2))
      await buy('ordinary', 10)
      await buy('soon too', 10, until(2))
      await buy('last', 10, { priority: 90, ...until(1) })
      await buy('first', 10, { priority: 1, ...until(20) })
      await buy('first of all', 10, { priority: 1, ...until(19) })
      const all = ['first', 'first of all', 'last', 'late', 'soon', 'soon too']
      const now = async () => (await left()).map((line) => line.replace('pool ', ''))
      t.same(
        await now(),
        all.map((name) => `10 ${name}`)
      )
      await spend(15)
      t.same(await now(), ['10 last', '10 late', '10 soon', '10 soon too', '5 first'])
      await spend(10)
      t.same(await now(), ['10 last', '10 late', '10 soon too', '5 soon'])
      await spend(10)
      t.same(await now(), ['10 last', '10 late', '5 soon too'])
      await spend(20)
      t.same(
        await now(),
        ['10 last'],
        'ordinary ones, which do not expire, come after those that do'
      )
      t.match(await spend(6), { status: 201, body: { balance: 9 } })
      t.same(await now(), ['9 last'])
    }
  )

  await story(
    'stay what they are with whoever gets them',
    async (t, { ana, bo, buy, left, allocate, move, reclaim, get, account }) => {
      await buy('trial', 100, until(5))
      await buy('ordinary', 100)
      await allocate(ana, 120)
      t.same(await left(), ['ana 100 trial'])
      await move(ana, bo, 60)
      t.same(await left(), ['ana 40 trial', 'bo 60 trial'])
      await reclaim(bo, 10)
      t.same(await left(), ['ana 40 trial', 'bo 50 trial', 'pool 10 trial'])
      clock.now = after(5)
      t.match((await get('credits')).body, { total: 100, unallocated: 80, allocated: 20 })
      t.match(await account(ana), { unused: 20 })
      t.match(await account(bo), { unused: 0 })
      t.same(await left(), [])
      const { body } = await get('events?type=credits.expired')
      t.match(body.data, [{ data: { amount: 100 } }])
      t.equal(body.data.length, 1, 'told once, however many had some of it')
    }
  )

  await story(
    'stay what they are when they are bought and given in one go',
    async (t, { ana, left, batch, get, account }) => {
      const { body } = await batch([
        { kind: 'top_up', amount: 100, ...until(5) },
        { kind: 'allocate', member_id: ana, amount: 70 },
        { kind: 'spend', member_id: ana, amount: 20 }
      ])
      t.match(body.data, [{ status: 'created' }, { status: 'created' }, { status: 'created' }])
      t.equal((await left()).length, 2, 'the member’s are of the same top-up')
      clock.now = after(6)
      t.match((await get('credits')).body, { total: 20, unallocated: 0, spent: 20 })
      t.match(await account(ana), { unused: 0, used: 20 })
    }
  )

  await story(
    'cannot be used once they have, swept or not',
    async (t, { ana, buy, allocate, spend, hold, get }) => {
      await buy('trial', 50, until(5))
      await buy('ordinary', 30)
      await allocate(ana, 60)
      clock.now = after(5)
      t.match(await spend(11, { member_id: ana }), SHORT)
      t.match(await hold(11, { member_id: ana }), SHORT)
      t.match(await allocate(ana, 21), SHORT)
      t.match(await spend(10, { member_id: ana }), { status: 201, body: { balance: 0 } })
      t.match(await spend(20), { status: 201, body: { balance: 0 } })
      t.match((await get('credits')).body, { total: 30, spent: 30 })
    }
  )

  await story(
    'cannot be used before the sweep has come, where nobody was short',
    async (t, { buy, spend, get, left }) => {
      await buy('trial', 50, until(5))
      await buy('ordinary', 30)
      clock.now = after(5)
      t.equal((await spend(10)).status, 201)
      t.same(await left(), ['pool 50 trial'], 'nobody has written it down')
      t.ok((await settleDueCredits.run(deps)) > 0)
      t.same(await left(), [])
      t.match((await get('credits')).body, { total: 30, spent: 10, unallocated: 20 })
      t.equal(await settleDueCredits.run(deps), 0, 'a second sweep has nothing to do')
    }
  )

  await story(
    'come back as what they were',
    async (t, { ana, buy, left, allocate, spend, hold, capture, release, refund }) => {
      await buy('soon', 30, until(5))
      await buy('late', 30, until(9))
      await buy('ordinary', 30)
      await allocate(ana, 90)
      const { body: paid } = await spend(70, { member_id: ana })
      t.same(await left(), [])
      await refund(paid.id, { amount: 20 })
      t.same(await left(), ['ana 10 late'], 'what was used last comes back first')
      await refund(paid.id)
      t.same(await left(), ['ana 30 late', 'ana 30 soon'])

      const { body: held } = await hold(70, { member_id: ana })
      t.same(await left(), [])
      await release(held.id)
      t.same(await left(), ['ana 30 late', 'ana 30 soon'])

      const { body: again } = await hold(70, { member_id: ana })
      await capture(again.id, { amount: 40 })
      t.same(await left(), ['ana 20 late'], 'of what is captured, what expires first')
      const { body: lastly } = await hold(50, { member_id: ana })
      const { body: captured } = await capture(lastly.id, { amount: 25 })
      await refund(captured.id, { amount: 10 })
      t.same(await left(), ['ana 5 late'])
    }
  )

  await story(
    'that come back too late are gone',
    async (t, { ana, buy, left, allocate, spend, hold, release, refund, get }) => {
      await buy('trial', 40, until(2))
      await allocate(ana, 40)
      const { body: paid } = await spend(10, { member_id: ana })
      const { body: kept } = await hold(10, { member_id: ana, ...until(3) })
      await hold(10, { member_id: ana, ...until(4) })
      clock.now = after(2)
      t.match((await get('credits')).body, { total: 30, held: 20, spent: 10, allocated: 30 })
      t.equal((await refund(paid.id)).status, 201)
      t.match(await spend(1, { member_id: ana }), SHORT)
      t.equal((await release(kept.id)).status, 201)
      t.match(await spend(1, { member_id: ana }), SHORT)
      t.match((await get('credits')).body, { total: 10, held: 10, spent: 0 })
      clock.now = after(4)
      t.match((await get('credits')).body, { total: 0, held: 0, spent: 0 })
      t.same(await left(), [])
    }
  )

  await story(
    'are back from a hold that has run out before anybody is refused',
    async (t, { ana, topUp, allocate, spend, hold, capture, release, get }) => {
      await topUp(100)
      await allocate(ana, 50)
      const { body: byAna } = await hold(50, { member_id: ana, ...until(1) })
      const { body: byPool } = await hold(50, until(1))
      t.match(await spend(1, { member_id: ana }), SHORT)
      t.match(await spend(1), SHORT)
      clock.now = after(1)
      t.match(await capture(byAna.id), { status: 410, body: { code: 'hold_expired' } })
      t.match(await spend(50, { member_id: ana }), { status: 201, body: { balance: 0 } })
      t.match(await spend(50), { status: 201, body: { balance: 0 } })
      for (const { id } of [byAna, byPool]) {
        t.match(
          await capture(id),
          { status: 410, body: { code: 'hold_expired' } },
          'also afterwards'
        )
        t.match(await release(id), { status: 410, body: { code: 'hold_expired' } })
      }
      t.match((await get('credits')).body, { total: 100, spent: 100, held: 0 })
    }
  )

  await story(
    'are not used twice by a batch in which somebody is short',
    async (t, { id, hold, topUp, batch, get }) => {
      await topUp(100)
      await hold(60, until(1))
      clock.now = after(1)
      const { body } = await batch([
        { kind: 'spend', amount: 10 },
        { kind: 'spend', amount: 70 },
        { kind: 'spend', amount: 30 }
      ])
      const done = body.data.filter(({ status }: { status: string }) => status === 'created')
      const sum = done.reduce((all: number, { transfer }: Item) => all + transfer.amount, 0)
      t.match(
        (await get('credits')).body,
        { total: 100, held: 0, spent: sum },
        'nothing else was done'
      )
      t.ok(sum === 80 || sum === 100 || sum === 40, `${sum}`)
      t.equal(await countSpends(id), done.length)
    }
  )
})

interface Item {
  readonly transfer: { readonly amount: number }
}
