import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { teamWithCredits } from '../../helpers/credits.js'

await t.test('credits go from the host to the pool, to a member, and are spent', async (t) => {
  const app = await createTestApp(t)
  const team = await teamWithCredits(app, { members: 2 })
  const [ana = '', bo = ''] = team.members
  const topUp = await team.topUp(10_000, { reference: 'invoice_1' })
  t.match(topUp, {
    status: 201,
    body: {
      kind: 'top_up',
      amount: 10_000,
      from: { account: 'issued', member_id: null },
      to: { account: 'pool', member_id: null },
      balance: 10_000,
      reference: 'invoice_1'
    }
  })
  t.match((await team.allocate(ana, 2_000)).body, {
    from: { account: 'pool' },
    to: { account: 'member', member_id: ana },
    member_id: ana,
    balance: 8_000
  })
  t.match(await team.spend(1_247, { member_id: ana, metadata: { model: 'large' } }, 'run_1'), {
    status: 201,
    body: { from: { account: 'member', member_id: ana }, to: { account: 'spent' }, balance: 753 }
  })
  const again = await team.spend(1_247, { member_id: ana, metadata: { model: 'large' } }, 'run_1')
  t.equal(again.status, 201)
  t.equal(again.headers.get('idempotent-replayed'), 'true')
  t.equal(again.body.balance, 753)
  t.match(await team.spend(1_248, { member_id: ana }, 'run_1'), {
    status: 422,
    body: { code: 'idempotency_key_reused' }
  })
  t.match(await team.spend(754, { member_id: ana }), {
    status: 422,
    body: { code: 'insufficient_credits', available: 753, needed: 754 }
  })
  t.match(await team.move(ana, bo, 700), { status: 201, body: { balance: 53, member_id: bo } })
  t.match(await team.spend(50), {
    status: 201,
    body: { from: { account: 'pool' }, balance: 7_950 }
  })
})

await t.test('a hold is captured in part, and the rest is back', async (t) => {
  const app = await createTestApp(t)
  const team = await teamWithCredits(app, { members: 1, pool: 100 })
  const [ana = ''] = team.members
  await team.allocate(ana, 100)
  const hold = await team.hold(60, { member_id: ana })
  t.match(hold, { status: 201, body: { kind: 'hold', balance: 40 } })
  t.match(await team.capture(hold.body.id, { amount: 61 }), {
    status: 422,
    body: { code: 'exceeds_hold', available: 60 }
  })
  const capture = await team.capture(hold.body.id, { amount: 45 })
  t.match(capture, { status: 201, body: { amount: 45, transfer_id: hold.body.id, balance: 55 } })
  t.match(await team.release(hold.body.id), { status: 409, body: { code: 'hold_ended' } })
  t.match(await team.spend(55, { member_id: ana }), { status: 201, body: { balance: 0 } })
  t.match(await team.refund(capture.body.id, { amount: 46 }), {
    status: 422,
    body: { code: 'exceeds_spend', available: 45 }
  })
  t.match(await team.refund(capture.body.id), { status: 201, body: { amount: 45, balance: 45 } })
})

await t.test('many transfers: each by itself, or all or none', async (t) => {
  const app = await createTestApp(t)
  const team = await teamWithCredits(app, { members: 2, pool: 100 })
  const [ana, bo] = team.members
  const wishes = [
    { kind: 'allocate', member_id: ana, amount: 60 },
    { kind: 'allocate', member_id: bo, amount: 60 },
    { kind: 'spend', member_id: ana, amount: 10 }
  ]
  t.match(await team.batch(wishes, { all_or_nothing: true }), {
    status: 200,
    body: {
      data: [
        { status: 'error', problem: { code: 'not_done' } },
        { status: 'error', problem: { code: 'insufficient_credits', available: 40 } },
        { status: 'error', problem: { code: 'not_done' } }
      ]
    }
  })
  t.match(await team.batch(wishes), {
    status: 200,
    body: { data: [{ status: 'created' }, { status: 'error' }, { status: 'created' }] }
  })
  const { body } = await team.get('events?type=credits.allocated')
  t.equal(body.data.length, 1, 'what was not done is not told')
})

await t.test('what is not a transfer is refused', async (t) => {
  const app = await createTestApp(t)
  const team = await teamWithCredits(app, { members: 1, pool: 100 })
  const [ana = ''] = team.members
  for (const [wish, pointer] of [
    [{ amount: 1 }, '/kind'],
    [{ kind: 'spend' }, '/amount'],
    [{ kind: 'spend', amount: 1, transfer_id: 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z' }, '/transfer_id'],
    [{ kind: 'move', amount: 1, member_id: ana, to_member_id: ana }, '/to_member_id'],
    [{ kind: 'top_up', amount: 1, expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    [{ kind: 'hold', amount: 1, expires_at: '2031-01-01T00:00:00Z' }, '/expires_at']
  ] as const) {
    const { status, body } = await team.transfer(wish)
    t.equal(status, 400)
    t.equal(body.errors[0].pointer, `#${pointer}`)
  }
  const member = app.call('POST', `${team.path}/credit-transfers`, {
    actor: `member:${ana}`,
    body: { kind: 'spend', amount: 1 }
  })
  t.equal((await member).status, 403)
})
