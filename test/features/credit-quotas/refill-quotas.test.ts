import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { creditTransfers } from '../../../src/db/tables/credits.js'
import { findDue } from '../../../src/features/credit-quotas/find-due.js'
import { refillQuotas } from '../../../src/features/credit-quotas/refill-quotas.sweep.js'
import { createTestApp, openDeps, START } from '../../helpers/app.js'
import { teamInMode } from '../../helpers/credit-modes.js'
import { conservation, teamWithCredits } from '../../helpers/credits.js'
import { untilBlocked } from '../../helpers/database.js'
import { lockOrganization } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

/** When February begins in New Zealand: still January in UTC. */
const FEBRUARY_THERE = new Date('2030-01-31T11:00:00.000Z')
const justBefore = (instant: Date) => new Date(instant.getTime() - 1)

await t.test('refilling quotas when a month begins', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps, member } = app
  const sweep = () => refillQuotas.run(deps)
  t.beforeEach(async () => {
    clock.now = START
    await sweep()
  })

  /** A team in New Zealand in which everybody has a quota of 100. */
  async function team(fields: Parameters<typeof teamInMode>[2] = {}) {
    const zone = { time_zone: 'Pacific/Auckland' }
    const org = await teamInMode(app, 'monthly_quota', {
      pool: 1_000,
      members: 1,
      ...zone,
      ...fields
    })
    await org.put('credit-quotas', { everybody: 100, roles: [{ role: 'owner', amount: 0 }] })
    const [ana = ''] = org.members
    const spend = (amount: number, id = ana) => org.spend(amount, { member_id: id })
    return { ...org, ana, spendAs: spend, refills: () => org.events('credits.quota_refilled') }
  }

  await t.test('at midnight where the team is, up to the quota, and once', async (t) => {
    const org = await team()
    await org.spendAs(70)
    clock.now = justBefore(FEBRUARY_THERE)
    await sweep()
    t.equal(await org.unused(org.ana), 30, 'not yet')
    clock.now = FEBRUARY_THERE
    t.equal(await sweep(), 1)
    t.equal(await org.unused(org.ana), 100, 'what was left is not added')
    t.equal(await org.pool(), 1_000 - 170)
    t.equal(await sweep(), 0)
    t.equal(await org.unused(org.ana), 100)
    const [february, january] = await org.refills()
    t.same(february?.data, { period: '2030-02', members: 1, amount: 70 })
    t.same(january?.data, { period: '2030-01', members: 1, amount: 100 })
    t.match(february?.actor, { type: 'system' })
    t.equal((await org.events('credits.allocated')).length, 0, 'one event tells of all')
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('the ledger says what it was for', async (t) => {
    const org = await team()
    const rows = await deps.db
      .select()
      .from(creditTransfers)
      .where(eq(creditTransfers.memberId, org.ana))
    t.match(rows, [
      { kind: 'allocate', reason: 'monthly_quota', amount: 100, actorType: 'api_key' }
    ])
  })

  await t.test('what is left above the quota is not taken away', async (t) => {
    const org = await team()
    await org.allocate(org.ana, 50)
    clock.now = FEBRUARY_THERE
    await sweep()
    t.equal(await org.unused(org.ana), 150)
    await org.spendAs(140)
    t.equal(await sweep(), 0, 'this month is done for it')
    t.equal(await org.unused(org.ana), 10)
    t.equal((await org.refills()).length, 1, 'of nothing given nothing is told')
  })

  await t.test('two instances at once refill once', async (t) => {
    const org = await team({ members: 2 })
    for (const id of org.members) await org.spendAs(100, id)
    clock.now = FEBRUARY_THERE
    const other = openDeps(app.databaseUrl, () => clock.now)
    t.teardown(() => other.close())
    const { both } = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const both = [sweep(), refillQuotas.run(other)]
      await untilBlocked(deps.db, 2)
      return { both }
    })
    t.same((await Promise.all(both)).sort(), [0, 1])
    t.same(await Promise.all(org.members.map(org.unused)), [100, 100])
    t.equal(await org.pool(), 600)
    t.equal((await org.refills()).length, 2, 'one a month')
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test(
    'a spend that comes first is made up for, one that comes after is not',
    async (t) => {
      const org = await team()
      clock.now = FEBRUARY_THERE
      await org.spendAs(10)
      await sweep()
      t.equal(await org.unused(org.ana), 100)
      await org.spendAs(10)
      await sweep()
      t.equal(await org.unused(org.ana), 90)
    }
  )

  await t.test('whoever joins within the month is filled up by the next sweep', async (t) => {
    const org = await team()
    const invited = await app.invite(org.path, `${app.unique('in')}@acme.test`)
    t.equal(await sweep(), 0, 'the invited are not')
    const late = await member(org.path)
    t.equal(await sweep(), 1)
    t.equal(await org.unused(late.id), 100)
    t.same((await org.refills())[0]?.data, { period: '2030-01', members: 1, amount: 100 })
    const { invitation, token } = invited
    await app.accept(token, { id: app.unique('u'), email: invitation.email })
    t.equal(await sweep(), 1)
    t.equal(await org.unused(invitation.member_id), 100)
  })

  await t.test('the suspended wait until they are back', async (t) => {
    const org = await team({ members: 2 })
    const [ana = '', bo = ''] = org.members
    for (const id of [ana, bo]) await org.spendAs(100, id)
    await call('POST', `${org.path}/members/${bo}/suspend`)
    clock.now = FEBRUARY_THERE
    await sweep()
    t.same([await org.unused(ana), await org.unused(bo)], [100, 0])
    await call('POST', `${org.path}/members/${bo}/reactivate`)
    t.equal(await sweep(), 1)
    t.equal(await org.unused(bo), 100)
  })

  await t.test('a short pool: nobody is given anything, and it is told once a month', async (t) => {
    const org = await team({ members: 3, pool: 300 })
    const [ana = '', bo = '', cy = ''] = org.members
    for (const id of [ana, bo, cy]) await org.spendAs(100, id)
    await org.topUp(299)
    clock.now = FEBRUARY_THERE
    for (let run = 0; run < 3; run += 1) {
      t.equal(await sweep(), run === 0 ? 1 : 0, 'and does not come up again until it has enough')
    }
    t.same(await Promise.all(org.members.map(org.unused)), [0, 0, 0])
    t.equal(await org.pool(), 299)
    const told = async () => (await org.events('credits.quota_short')).map(({ data }) => data)
    t.same(await told(), [{ period: '2030-02', needed: 300, available: 299 }])
    await org.topUp(1)
    t.equal(await sweep(), 1)
    t.same(await Promise.all(org.members.map(org.unused)), [100, 100, 100])
    for (const id of org.members) await org.spendAs(100, id)
    clock.now = new Date('2030-02-28T11:00:00.000Z')
    await sweep()
    t.same((await told())[0], { period: '2030-03', needed: 300, available: 0 })
    t.equal((await told()).length, 2)
  })

  await t.test('what has run out of the pool, or with a member, is not counted', async (t) => {
    const org = await team({ pool: 100 })
    await org.spendAs(100)
    const expires_at = new Date(FEBRUARY_THERE.getTime() - 1_000).toISOString()
    await org.topUp(90, { expires_at })
    await org.topUp(60)
    await org.allocate(org.ana, 50)
    clock.now = FEBRUARY_THERE
    await sweep()
    t.equal(await org.unused(org.ana), 0)
    t.equal(await org.pool(), 60)
    t.match(await org.events('credits.quota_short'), [{ data: { needed: 100, available: 60 } }])
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('an organization that is canceled gets nothing until it is restored', async (t) => {
    const org = await team()
    await org.spendAs(100)
    await call('POST', `${org.path}/cancel`)
    clock.now = FEBRUARY_THERE
    t.equal(await sweep(), 0)
    t.equal(await org.unused(org.ana), 0)
    await call('POST', `${org.path}/restore`)
    t.equal(await sweep(), 1)
    t.equal(await org.unused(org.ana), 100)
  })

  await t.test('in other modes nothing is refilled', async (t) => {
    const org = await team()
    await org.spendAs(100)
    clock.now = FEBRUARY_THERE
    for (const mode of ['allocated', 'shared_pool', 'on_demand']) {
      await org.put('credit-settings', { mode })
      t.equal(await sweep(), 0, mode)
    }
    await org.put('credit-settings', { mode: 'monthly_quota' })
    t.equal(await sweep(), 1)
  })

  await t.test(
    'amounts of the policy are quotas, in its first mode, with nothing said',
    async (t) => {
      const credits = {
        kind: 'pool',
        modes: ['monthly_quota', 'allocated'],
        role_amounts: [{ role: 'member', amount: 25 }]
      }
      const policy = await policyLike(app, 'oupi', { credits })
      const org = await teamWithCredits(app, { policy, pool: 100 })
      const people = [await member(org.path), await member(org.path)]
      t.equal(await sweep(), 1)
      const pool = async () => (await org.get('credits')).body.unallocated
      t.equal(await pool(), 50, 'they have it since they were invited')
      clock.now = new Date('2030-02-01T00:00:00.000Z')
      for (const { id } of people) await org.spend(5, { member_id: id })
      t.equal(await sweep(), 1)
      t.equal(await pool(), 40)
    }
  )

  await t.test('in a time zone that the runtime knows, and the database does not', async (t) => {
    await t.rejects(deps.db.execute(sql`select now() at time zone 'AET'`))
    const org = await team({ time_zone: 'AET' })
    await org.spendAs(100)
    const february = new Date('2030-01-31T13:00:00.000Z')
    clock.now = justBefore(february)
    t.equal(await sweep(), 0)
    clock.now = february
    t.equal(await sweep(), 1)
    t.equal(await org.unused(org.ana), 100)
  })

  await t.test(
    'so many organizations at a time, and those that are short keep nobody waiting',
    async (t) => {
      const short = [await team(), await team()]
      const full = await team()
      for (const { ana, spend, reclaim, pool } of short) {
        await spend(100, { member_id: ana })
        await spend(await pool())
        t.equal((await reclaim(ana, 1)).status, 422)
      }
      await full.spendAs(100)
      clock.now = FEBRUARY_THERE
      const due = await findDue(deps.db, clock.now, 10)
      t.same(
        due.filter((id) => [...short, full].some((org) => org.id === id)).sort(),
        [...short, full].map(({ id }) => id).sort()
      )
      t.equal((await findDue(deps.db, clock.now, 2)).length, 2)
      await sweep()
      t.equal(await full.unused(full.ana), 100)
      t.same(await findDue(deps.db, clock.now, 10), [])
    }
  )
})
