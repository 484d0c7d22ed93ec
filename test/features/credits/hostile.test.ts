import t from 'tap'
import { POOL_HOLDER } from '../../../src/db/tables/credits.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { conservation, leavesNothing, teamWithCredits } from '../../helpers/credits.js'
import { countRows } from '../../helpers/tenants.js'

const MOST = 2 ** 53 - 1
const NO_MEMBER = 'mem_01jd3v8k2ffb5t0m5r6w9x7y3z'
const NO_TRANSFER = 'trf_01jd3v8k2ffb5t0m5r6w9x7y3z'
const REFUSED = { status: 400, body: { code: 'invalid_request' } }

await t.test('credits that are asked for in bad faith', async (t) => {
  const app = await createTestApp(t)
  const { db } = app.deps
  const org = await teamWithCredits(app, { members: 2, pool: 1_000 })
  const [ana = '', bo = ''] = org.members
  for (const member of [ana, bo]) t.equal((await org.allocate(member, 300)).status, 201)
  const { body: spend } = await org.spend(100, { member_id: ana })
  const { body: hold } = await org.hold(50, { member_id: ana })
  const { body: topUp } = await org.topUp(1)

  const unchanged = leavesNothing(db, org.id)

  await t.test('an amount is a whole number from 1 to 2^53 - 1, and nothing else', async (t) => {
    const amounts = [0, -1, 1.5, 2 ** 53, 1e30, -(2 ** 53), '5', null, true, [5], { amount: 5 }]
    const kinds = [
      { kind: 'top_up' },
      { kind: 'allocate', member_id: ana },
      { kind: 'reclaim', member_id: ana },
      { kind: 'move', member_id: ana, to_member_id: bo },
      { kind: 'spend', member_id: ana },
      { kind: 'hold', member_id: ana },
      { kind: 'capture', transfer_id: hold.id },
      { kind: 'refund', transfer_id: spend.id }
    ]
    await unchanged(t, async () => {
      for (const fields of kinds) {
        for (const amount of amounts) {
          const answer = await org.transfer({ ...fields, amount })
          t.match(answer, REFUSED, `${fields.kind} of ${JSON.stringify(amount)}`)
          t.match(await org.batch([{ ...fields, amount }]), REFUSED, 'nor in a batch')
        }
      }
      for (const kind of ['top_up', 'spend', 'hold']) t.match(await org.transfer({ kind }), REFUSED)
      for (const text of ['NaN', 'Infinity', '0x10', '1e400', '-0', '1_000', '٣']) {
        const answer = await org.transfer(`{"kind":"top_up","amount":${text}}`)
        t.equal(answer.status, 400, text)
      }
      t.match(await org.allocate(ana, MOST), {
        status: 422,
        body: { code: 'insufficient_credits' }
      })
      t.match(await org.spend(MOST), { status: 422, body: { code: 'insufficient_credits' } })
    })
  })

  await t.test('a kind takes its own fields, all it needs, and no others', async (t) => {
    const expires_at = new Date(START.getTime() + DAY_MS).toISOString()
    const wrong = [
      {},
      { kind: 'mint', amount: 1 },
      { kind: 'expire', amount: 1 },
      { kind: 'expire', transfer_id: topUp.id },
      { kind: 'top_up', amount: 1, member_id: ana },
      { kind: 'top_up', amount: 1, transfer_id: topUp.id },
      { kind: 'top_up', amount: 1, to_member_id: ana },
      { kind: 'allocate', amount: 1 },
      { kind: 'allocate', amount: 1, member_id: ana, to_member_id: bo },
      { kind: 'allocate', amount: 1, member_id: ana, expires_at },
      { kind: 'allocate', amount: 1, member_id: ana, priority: 1 },
      { kind: 'allocate', amount: 1, member_id: ana, transfer_id: topUp.id },
      { kind: 'reclaim', amount: 1 },
      { kind: 'reclaim', amount: 1, member_id: ana, transfer_id: spend.id },
      { kind: 'move', amount: 1, member_id: ana },
      { kind: 'move', amount: 1, to_member_id: ana },
      { kind: 'move', amount: 1, member_id: ana, to_member_id: ana },
      { kind: 'spend', amount: 1, to_member_id: ana },
      { kind: 'spend', amount: 1, priority: 1 },
      { kind: 'spend', amount: 1, expires_at },
      { kind: 'spend', amount: 1, transfer_id: hold.id },
      { kind: 'hold', amount: 1, priority: 1 },
      { kind: 'hold', amount: 1, transfer_id: hold.id },
      { kind: 'capture', amount: 1 },
      { kind: 'capture', amount: 1, transfer_id: hold.id, member_id: ana },
      { kind: 'capture', amount: 1, transfer_id: hold.id, expires_at },
      { kind: 'release' },
      { kind: 'release', transfer_id: hold.id, amount: 1 },
      { kind: 'refund', amount: 1 },
      { kind: 'refund', amount: 1, transfer_id: spend.id, member_id: bo },
      { kind: 'spend', amount: 1, trusted: true },
      { kind: 'spend', amount: 1, balance: 5 },
      { kind: 'spend', amount: 1, member_id: 'mem_' },
      { kind: 'spend', amount: 1, member_id: POOL_HOLDER },
      { kind: 'hold', amount: 1, member_id: POOL_HOLDER },
      { kind: 'allocate', amount: 1, member_id: POOL_HOLDER },
      { kind: 'reclaim', amount: 1, member_id: POOL_HOLDER },
      { kind: 'move', amount: 1, member_id: POOL_HOLDER, to_member_id: ana },
      { kind: 'move', amount: 1, member_id: ana, to_member_id: POOL_HOLDER },
      { kind: 'capture', transfer_id: spend.id.replace('trf', 'mem') }
    ]
    await unchanged(t, async () => {
      for (const body of wrong) {
        const { status } = await org.transfer(body)
        const isNobody = JSON.stringify(body).includes(POOL_HOLDER)
        t.ok(status === 400 || (isNobody && status === 422), `${JSON.stringify(body)}: ${status}`)
      }
    })
  })

  await t.test('words, times and priorities are bounded', async (t) => {
    const at = (ms: number) => new Date(START.getTime() + ms).toISOString()
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']))
    await unchanged(t, async () => {
      for (const fields of [
        { metadata: many },
        { metadata: { model: 'x'.repeat(501) } },
        { metadata: { ['k'.repeat(41)]: 'v' } },
        { metadata: { 'a b': 'v' } },
        { metadata: { model: 5 } },
        { metadata: { model: null } },
        { metadata: { model: { deep: 'v' } } },
        { metadata: [] },
        { metadata: { model: '\u0000' } },
        { reference: '' },
        { reference: 'x'.repeat(10_000) },
        { reference: 'a\u0000b' },
        { reference: 7 },
        { reason: 'x'.repeat(10_000) }
      ]) {
        const answer = await org.spend(1, fields)
        t.match(answer, REFUSED, JSON.stringify(fields).slice(0, 60))
      }
      for (const fields of [
        { priority: 0 },
        { priority: -1 },
        { priority: 1.5 },
        { priority: 100_000 },
        { priority: '1' },
        { expires_at: 'tomorrow' },
        { expires_at: 1_900_000_000 }
      ]) {
        t.match(await org.topUp(1, fields), REFUSED, JSON.stringify(fields))
      }
      for (const ms of [0, -1, -DAY_MS, -3_650 * DAY_MS]) {
        t.ok(isRefusal(await org.topUp(1, { expires_at: at(ms) })), `${ms} ms from now`)
        t.ok(isRefusal(await org.hold(1, { expires_at: at(ms) })), `${ms} ms from now`)
      }
      t.ok(isRefusal(await org.hold(1, { expires_at: at(7 * DAY_MS + 1) })), 'beyond 7 days')
      t.ok(isRefusal(await org.hold(1, { expires_at: '9999-12-31T23:59:59Z' })))
    })
    t.equal((await org.hold(1, { expires_at: at(7 * DAY_MS) })).status, 201, 'seven days are not')
    t.equal((await org.hold(1, { expires_at: at(1) })).status, 201)
  })

  await t.test('who and what there is not', async (t) => {
    const other = await teamWithCredits(app, { members: 1, pool: 100 })
    const [stranger = ''] = other.members
    const { body: theirs } = await other.hold(10)
    const { body: theirSpend } = await other.spend(10)
    const before = await countRows(db, other.id)
    await unchanged(t, async () => {
      for (const member_id of [NO_MEMBER, stranger]) {
        const none = { status: 422, body: { code: 'unknown_member' } }
        t.match(await org.allocate(member_id, 1), none)
        t.match(await org.reclaim(member_id, 1), none)
        t.match(await org.move(ana, member_id, 1), none)
        t.match(await org.move(member_id, ana, 1), none)
        t.match(await org.spend(1, { member_id }), none)
        t.match(await org.hold(1, { member_id }), none)
      }
      const none = { status: 422, body: { code: 'unknown_transfer' } }
      for (const id of [NO_TRANSFER, theirs.id, spend.id, topUp.id]) {
        t.match(await org.capture(id), none)
        t.match(await org.release(id), none)
      }
      for (const id of [NO_TRANSFER, theirSpend.id, hold.id, topUp.id]) {
        t.match(await org.refund(id), none)
      }
    })
    t.same(await countRows(db, other.id), before)
    t.match(await other.release(theirs.id), { status: 201 }, 'whose it is, has it')
    const answer = await app.call('POST', `${other.path}/credit-transfers`, {
      key: (await app.apiKey({ organization_ids: [org.id] })).key,
      body: { kind: 'spend', amount: 1 }
    })
    t.equal(answer.status, 404, 'a key of another organization')
  })

  await t.test('a pool holds at most 2^53 - 1, by whatever way', async (t) => {
    const full = { status: 422, body: { code: 'credit_amount_too_large' } }
    const rich = await teamWithCredits(app, { members: 1, pool: 10 })
    const [cid = ''] = rich.members
    t.match(await rich.topUp(MOST), full)
    t.match(await rich.topUp(MOST - 9), full)
    t.equal((await rich.topUp(MOST - 10)).body.balance, MOST)
    t.match(await rich.topUp(1), full)
    t.equal((await rich.allocate(cid, MOST)).status, 201, 'all of it can be moved')
    t.equal((await rich.spend(MOST - 1, { member_id: cid })).body.balance, 1)
    t.match(await rich.topUp(1), full, 'what was spent was issued')
    const { body } = await rich.get('credits')
    t.match(body, { total: MOST, spent: MOST - 1, unallocated: 0 })
    t.same(await conservation(db, rich.id), [])

    const poor = await teamWithCredits(app)
    const half = { kind: 'top_up', amount: 2 ** 52 }
    const { body: each } = await poor.batch([half, half, half])
    t.match(each.data, [
      { status: 'created' },
      { status: 'error', problem: { code: 'credit_amount_too_large' } },
      { status: 'error', problem: { code: 'credit_amount_too_large' } }
    ])
    const none = await teamWithCredits(app)
    await none.batch([half, half], { all_or_nothing: true })
    t.match((await none.get('credits')).body, { total: 0 })
    const spends = Array.from({ length: 4 }, () => ({ kind: 'spend', amount: MOST }))
    t.match(
      (await poor.batch(spends)).body.data,
      spends.map(() => ({ problem: { code: 'insufficient_credits' } }))
    )
    t.same(await conservation(db, poor.id), [])
  })

  t.same(await conservation(db, org.id), [])
})

function isRefusal({ status }: { readonly status: number }): boolean {
  return status === 400 || status === 422
}
