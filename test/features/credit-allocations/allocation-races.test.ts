import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { creditAccounts } from '../../../src/db/tables/credits.js'
import { members } from '../../../src/db/tables/members.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp } from '../../helpers/app.js'
import { type Body, conservation, creditsOf, teamWithCredits } from '../../helpers/credits.js'
import { untilBlocked } from '../../helpers/database.js'
import { inTurn, interleave } from '../../helpers/locks.js'
import { countStatements } from '../../helpers/statements.js'
import { largeOrganization } from '../../helpers/tenants.js'

const RECIPIENTS_MAX = 10_000
/** Far more than it takes, so that a slow machine does not fail it. */
const WITHIN_MS = 5_000

await t.test('distributions beside others, and large ones', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const give = (path: string, body: Body) => call('POST', `${path}/credit-allocations`, { body })

  await t.test('OUPI-69: of two that want the whole pool one waits, and is refused', async (t) => {
    const org = await teamWithCredits(app, { members: 3, pool: 900 })
    const all = () => give(org.path, { strategy: 'equal', total: 900, to: { role: 'member' } })
    const [first, second] = await inTurn(deps.db, org.id, [all, all])
    t.match(first, { status: 200, body: { total: 900, unallocated: 0 } })
    t.match(second, { status: 422, body: { code: 'insufficient_credits', available: 0 } })
    t.match((await org.get('credits')).body, { allocated: 900, unallocated: 0 })
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('counts what was taken from the pool while it waited for that', async (t) => {
    const org = await teamWithCredits(app, { members: 2, pool: 100 })
    const isPool = sql`${creditAccounts.organizationId} = ${idToUuid('org', org.id)}
      and ${creditAccounts.memberId} is null`
    const { answer } = await deps.db.transaction(async (tx) => {
      await tx.select().from(creditAccounts).where(isPool).for('no key update')
      const spent = org.spend(40)
      await untilBlocked(deps.db, 1)
      const answer = give(org.path, { strategy: 'equal', to: { role: 'member' } })
      await untilBlocked(deps.db, 2)
      return { answer: Promise.all([spent, answer]) }
    })
    const [spent, given] = await answer
    t.equal(spent.status, 201)
    t.match(given, { status: 200, body: { total: 60, unallocated: 0 } })
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('gives nothing to whoever was suspended meanwhile', async (t) => {
    const org = await teamWithCredits(app, { members: 2, pool: 100 })
    const [one = '', two = ''] = org.members
    const { status, body } = await interleave(deps.db, org.id, {
      request: () => give(org.path, { strategy: 'equal', to: { role: 'member' } }),
      meanwhile: (tx) => tx.update(members).set({ status: 'suspended' }).where(eq(members.id, one))
    })
    t.equal(status, 200)
    t.same(
      body.data.map(({ member_id, amount }: Body) => [member_id, amount]),
      [[two, 100]]
    )
  })

  await t.test('gives to ten thousand at once, in as many statements as to two', async (t) => {
    // The creator is one more.
    const org = await largeTeam(RECIPIENTS_MAX - 1)
    const { body: few } = await call('GET', `${org.path}/members?limit=2&role=member`)
    const member_ids = few.data.map(({ id }: Body) => id)
    const toFew = () => give(org.path, { strategy: 'equal', total: 2, to: { member_ids } })
    await toFew()
    const statements = await countStatements(t, toFew)
    let answer = await toFew()
    const took: number[] = []
    const many = await countStatements(t, async () => {
      const began = performance.now()
      answer = await give(org.path, { strategy: 'equal', total: 2_000_000 })
      took.push(performance.now() - began)
    })
    t.match(answer, { status: 200, body: { total: 2_000_000, remainder: 0 } })
    t.equal(answer.body.data.length, RECIPIENTS_MAX)
    t.ok(statements > 3)
    t.equal(many, statements)
    // Other tests may run beside it: of three times the best counts.
    for (let more = 0; more < 2; more += 1) {
      const began = performance.now()
      await give(org.path, { strategy: 'equal', total: 100_000 })
      took.push(performance.now() - began)
    }
    t.comment(`${RECIPIENTS_MAX} shares in ${took.map(Math.round).join(', ')} ms`)
    t.ok(Math.min(...took) < WITHIN_MS)
    t.same(await conservation(deps.db, org.id), [])
  })

  await t.test('and not to one more', async (t) => {
    const org = await largeTeam(RECIPIENTS_MAX)
    const refused = await give(org.path, { strategy: 'equal', total: 2_000_000 })
    t.match(refused, { status: 422, body: { code: 'too_many_recipients', max: RECIPIENTS_MAX } })
    const { status, body } = await give(org.path, { strategy: 'equal', to: { role: 'member' } })
    t.same([status, body.total], [200, 3_000_000])
  })

  /** So many active members beside the creator, under a policy with a pool. */
  async function largeTeam(count: number) {
    const org = await largeOrganization(app, count)
    await deps.db.execute(
      sql`update organizations set policy_key = 'oupi' where id = ${idToUuid('org', org.id)}`
    )
    await creditsOf(call, org.path).topUp(3_000_000)
    return org
  }
})
