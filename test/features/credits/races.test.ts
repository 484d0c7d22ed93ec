import t from 'tap'
import { POOL_HOLDER } from '../../../src/db/tables/credits.js'
import { settleDueCredits } from '../../../src/features/credits/settle-credits.sweep.js'
import { type Answer, openDeps, START } from '../../helpers/app.js'
import { conservation, twoInstances } from '../../helpers/credits.js'
import { until, untilBlocked } from '../../helpers/database.js'
import { lockOrganization } from '../../helpers/locks.js'

const HOUR_MS = 3_600_000
/** Nobody waits for as long as this. */
const WAITED_MS = 8_000

await t.test('credits that are moved at the same moment', async (t) => {
  const { app, beside, teams, begin, atOnce } = await twoInstances(t)
  const { clock, deps } = app

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

  await t.test('nor for one that is short, and waits for what time has given back', async (t) => {
    const org = await begin({ pool: 100 })
    const ends = new Date(START.getTime() + HOUR_MS)
    await org.hold(60, { expires_at: ends.toISOString() })
    clock.now = ends
    const { short } = await beside.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const short = org.spend(70)
      await untilBlocked(beside.db)
      let answered: Answer | undefined
      void org.spend(1).then((answer) => {
        answered = answer
      })
      t.match(await until(async () => answered, WAITED_MS), { status: 201 })
      return { short }
    })
    t.equal((await short).status, 201)
    t.match((await org.get('credits')).body, { spent: 71, held: 0 })
  })

  for (const id of teams) t.same(await conservation(deps.db, id), [], 'no credit was lost')
})
