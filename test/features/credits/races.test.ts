import { sql } from 'drizzle-orm'
import t from 'tap'
import { POOL_HOLDER } from '../../../src/db/tables/credits.js'
import { settleDueCredits } from '../../../src/features/credits/settle-credits.sweep.js'
import { idToUuid } from '../../../src/ids.js'
import { type Answer, createTestApp, openDeps, START } from '../../helpers/app.js'
import { conservation, creditsOf, secondInstance, teamWithCredits } from '../../helpers/credits.js'
import { untilBlocked } from '../../helpers/database.js'
import { lockOrganization } from '../../helpers/locks.js'

const HOUR_MS = 3_600_000

await t.test('credits that are moved at the same moment', async (t) => {
  const app = await createTestApp(t)
  const { clock, deps } = app
  // What waits in the instances takes connections of theirs.
  const beside = openDeps(app.databaseUrl, () => clock.now)
  t.teardown(() => beside.close())
  const second = await secondInstance(t, app)

  const teams: string[] = []

  async function begin(fields: { members?: number; pool?: number }) {
    clock.now = START
    const org = await teamWithCredits(app, fields)
    teams.push(org.id)
    return { ...org, other: creditsOf(second.call, org.path) }
  }

  /** All of them wait for the accounts, in this order, before the first gets them. */
  async function atOnce<T>(
    org: { readonly id: string },
    holders: readonly string[],
    requests: readonly (() => Promise<T>)[]
  ): Promise<T[]> {
    const { answers } = await beside.db.transaction(async (tx) => {
      for (const holder of holders) {
        await tx.execute(sql`
          select from credit_accounts where organization_id = ${idToUuid('org', org.id)}
            and holder_id = ${idToUuid('mem', holder)} for no key update`)
      }
      const answers: Promise<T>[] = []
      for (const request of requests) {
        answers.push(request())
        await untilBlocked(beside.db, answers.length)
      }
      return { answers }
    })
    return Promise.all(answers)
  }
  const said = (answers: readonly Answer[]) =>
    answers.map(({ status, body }) => (status < 300 ? 'ok' : String(body.code))).sort()

  await t.test('two refunds of more than was spent together', async (t) => {
    const org = await begin({ pool: 100 })
    const { body: spend } = await org.spend(100)
    const answers = await atOnce(
      org,
      [POOL_HOLDER],
      [() => org.refund(spend.id, { amount: 60 }), () => org.other.refund(spend.id, { amount: 60 })]
    )
    t.same(said(answers), ['exceeds_spend', 'ok'])
    t.match((await org.get('credits')).body, { spent: 40, unallocated: 60 })
    t.match(await org.refund(spend.id, { amount: 40 }), { status: 201 })
    t.match(await org.refund(spend.id, { amount: 1 }), { body: { code: 'exceeds_spend' } })
    t.match(await org.refund(spend.id), { body: { code: 'exceeds_spend' } }, 'nor what is left')
  })

  await t.test('two refunds in one instance', async (t) => {
    const org = await begin({ pool: 100 })
    const { body: spend } = await org.spend(100)
    const refunds = Array.from({ length: 12 }, () => org.refund(spend.id, { amount: 30 }))
    t.same(said(await Promise.all(refunds)).filter((one) => one === 'ok').length, 3)
    t.match((await org.get('credits')).body, { spent: 10 })
  })

  await t.test('a hold ends once, however many end it', async (t) => {
    const org = await begin({ members: 1, pool: 100 })
    const [ana = ''] = org.members
    await org.allocate(ana, 100)
    const { body: hold } = await org.hold(100, { member_id: ana })
    t.match(await org.capture(hold.id, { amount: 101 }), { body: { code: 'exceeds_hold' } })
    const answers = await atOnce(
      org,
      [ana],
      [() => org.capture(hold.id, { amount: 70 }), () => org.other.release(hold.id)]
    )
    t.same(said(answers), ['hold_ended', 'ok'])
    const { body: next } = await org.hold(20, { member_id: ana })
    const both = await atOnce(
      org,
      [ana],
      [() => org.other.capture(next.id), () => org.capture(next.id)]
    )
    t.same(said(both), ['hold_ended', 'ok'])
    const ended = { status: 409, body: { code: 'hold_ended' } }
    t.match(await org.capture(next.id), ended, 'twice')
    t.match(await org.release(next.id), ended)
    const { body: last } = await org.hold(5, { member_id: ana })
    t.equal((await org.release(last.id)).status, 201)
    t.match(await org.capture(last.id), ended, 'after the release')
  })

  for (const { first, winner } of [
    { first: 'capture', winner: 'the capture' },
    { first: 'sweep', winner: 'the sweep' }
  ]) {
    await t.test(`of a late capture and the sweep, ${winner} wins that came first`, async (t) => {
      const org = await begin({ members: 1, pool: 100 })
      const [ana = ''] = org.members
      await org.allocate(ana, 100)
      const ends = new Date(START.getTime() + HOUR_MS)
      const { body: hold } = await org.hold(60, { member_id: ana, expires_at: ends.toISOString() })
      // The clock of the sweep is a little ahead.
      clock.now = new Date(ends.getTime() - 1)
      const late = openDeps(app.databaseUrl, () => ends)
      t.teardown(() => late.close())
      const capture = () => org.capture(hold.id, { amount: 50 })
      const sweep = () => settleDueCredits.run(late)
      const requests: (() => Promise<Answer | number>)[] =
        first === 'capture' ? [capture, sweep] : [sweep, capture]
      const answers = await atOnce<Answer | number>(org, [ana], requests)
      const captured = answers.find((one): one is Answer => typeof one !== 'number')
      if (first === 'capture') t.match(captured, { status: 201, body: { amount: 50 } })
      else t.match(captured, { status: 410, body: { code: 'hold_expired' } })
      clock.now = ends
      const { body } = await org.get(`credit-accounts/${ana}`)
      const spent = first === 'capture' ? 50 : 0
      t.match(body, { used: spent, unused: 100 - spent, held: 0 })
      t.match(await org.capture(hold.id), {
        body: { code: first === 'capture' ? 'hold_ended' : 'hold_expired' }
      })
    })
  }

  await t.test('one key at once, on several instances: done once', async (t) => {
    const org = await begin({ members: 1, pool: 100 })
    const [ana = ''] = org.members
    await org.allocate(ana, 50)
    const clients = [org, org.other, org, org.other, org, org.other, org, org.other]
    const answers = await Promise.all(
      clients.map((client) => client.spend(7, { member_id: ana }, 'once'))
    )
    t.same([...new Set(answers.map(({ status }) => status))], [201])
    t.equal(new Set(answers.map(({ body }) => body.id)).size, 1)
    const replayed = answers.filter(({ headers }) => headers.get('idempotent-replayed') === 'true')
    t.equal(replayed.length, clients.length - 1)
    t.match((await org.get(`credit-accounts/${ana}`)).body, { used: 7, requests: 1 })
  })

  await t.test('one key for two members at once: the second is told', async (t) => {
    const org = await begin({ members: 3, pool: 100 })
    const [ana = '', bo = '', cid = ''] = org.members
    for (const member of [ana, bo, cid]) await org.allocate(member, 20)
    const answers = await atOnce(
      org,
      [ana, bo],
      [
        () => org.spend(5, { member_id: ana }, 'mine'),
        () => org.other.spend(5, { member_id: bo }, 'mine')
      ]
    )
    t.same(said(answers), ['idempotency_key_reused', 'ok'])

    // Whoever comes with them in the same transaction is none the worse for it.
    const crowd = await Promise.all([
      ...[ana, bo, cid].map((member_id) => org.spend(1, { member_id }, 'crowd')),
      ...[ana, bo, cid].map((member_id) => org.other.spend(1, { member_id }, 'crowd')),
      ...[ana, bo, cid].map((member_id) => org.spend(2, { member_id })),
      ...[ana, bo, cid].map((member_id) => org.other.spend(2, { member_id }))
    ])
    t.same(
      said(crowd.slice(6)),
      Array.from({ length: 6 }, () => 'ok')
    )
    const keyed = crowd.slice(0, 6).filter(({ status }) => status === 201)
    t.equal(new Set(keyed.map(({ body }) => body.id)).size, 1)
    t.same([...new Set(said(crowd.slice(0, 6)))], ['idempotency_key_reused', 'ok'])
  })

  await t.test('a spend does not wait for a command of the team', async (t) => {
    const org = await begin({ members: 1, pool: 100 })
    const [ana = ''] = org.members
    await org.allocate(ana, 50)
    await beside.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      t.equal((await org.spend(1)).status, 201, 'of the pool')
      t.equal((await org.spend(1, { member_id: ana })).status, 201, 'of a member')
      const { status, body: hold } = await org.other.hold(5, { member_id: ana })
      t.equal(status, 201)
      t.equal((await org.capture(hold.id, { amount: 2 })).status, 201)
      t.equal((await org.topUp(5)).status, 201)
      t.match(await org.spend(1_000), { status: 422, body: { code: 'insufficient_credits' } })
    })
  })

  await t.test('opposite moves, and all that touches the same accounts', async (t) => {
    const org = await begin({ members: 4, pool: 4_000 })
    const people = org.members
    for (const member of people) await org.allocate(member, 500)
    const before = await deadlocks()
    const statuses = new Map<number, number>()
    const client = async (nth: number) => {
      const at = nth % 2 === 0 ? org : org.other
      for (let round = 0; round < 25; round += 1) {
        const [a = '', b = ''] = nth % 4 < 2 ? people : people.slice(0, 2).reverse()
        const [c = '', d = ''] = people.slice(2)
        const doings = [
          () => at.move(a, b, 1 + (round % 3)),
          () => at.move(b, a, 1 + (nth % 3)),
          () => at.allocate(c, 3),
          () => at.reclaim(d, 3),
          () => at.spend(1, { member_id: a }),
          () =>
            at.batch(
              [a, b, c, d, a].map((member_id) => ({ kind: 'spend', amount: 1, member_id })),
              { all_or_nothing: round % 2 === 0 }
            ),
          () =>
            at.batch([
              { kind: 'move', member_id: d, to_member_id: a, amount: 1 },
              { kind: 'move', member_id: a, to_member_id: d, amount: 1 },
              { kind: 'allocate', member_id: b, amount: 1 }
            ])
        ]
        const answer = await pick(doings, round + nth)()
        statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1)
      }
    }
    await Promise.all(Array.from({ length: 12 }, (_, nth) => client(nth)))
    t.same(
      [...statuses.keys()].filter((status) => ![200, 201, 422].includes(status)),
      []
    )
    t.equal(await deadlocks(), before, 'nobody waited in a circle')
    t.match((await org.get('credits')).body, { total: 4_000 })
  })

  for (const id of teams) t.same(await conservation(deps.db, id), [], 'no credit was lost')

  /** How many the database has seen: every connection is asked to tell what it has not yet. */
  async function deadlocks(): Promise<number> {
    const flushes = [deps, second.deps, beside].flatMap(({ db, config }) =>
      Array.from({ length: config.databasePoolSize }, () =>
        db.execute(sql`select pg_stat_force_next_flush(), pg_sleep(0.05)`)
      )
    )
    await Promise.all(flushes)
    const { rows } = await beside.db.execute<{ deadlocks: string }>(sql`
      select deadlocks from pg_stat_database where datname = current_database()`)
    return Number(rows[0]?.deadlocks)
  }
})

function pick<T>(list: readonly T[], number: number): T {
  const found = list[number % list.length]
  if (found === undefined) throw new Error('there is nothing to pick')
  return found
}
