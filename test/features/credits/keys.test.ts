import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { conservation, leavesNothing, teamWithCredits } from '../../helpers/credits.js'

const MOST = 2 ** 53 - 1
const REFUSED = { status: 400, body: { code: 'invalid_request' } }

await t.test('transfers that are sent together, and again', async (t) => {
  const app = await createTestApp(t)
  const { db } = app.deps
  const org = await teamWithCredits(app, { members: 2, pool: 1_000 })
  const [ana = '', bo = ''] = org.members
  for (const member of [ana, bo]) t.equal((await org.allocate(member, 300)).status, 201)
  const { body: spend } = await org.spend(100, { member_id: ana })
  const { body: hold } = await org.hold(50, { member_id: ana })

  const unchanged = leavesNothing(db, org.id)

  await t.test('a batch says each thing once, and is not endless', async (t) => {
    const one = { kind: 'spend', amount: 1 }
    await unchanged(t, async () => {
      t.match(await org.batch([]), REFUSED)
      t.match(await org.batch(Array.from({ length: 1_001 }, () => one)), REFUSED)
      const keyed = { ...one, idempotency_key: 'twice' }
      t.match(await org.batch([keyed, keyed]), REFUSED, 'a key')
      t.match(await org.batch([keyed, { ...keyed, amount: 2 }]), REFUSED, 'a key, for another')
      const capture = { kind: 'capture', transfer_id: hold.id, amount: 1 }
      t.match(await org.batch([capture, capture]), REFUSED, 'a reference')
      t.match(
        await org.batch([capture, { ...capture, kind: 'release', amount: undefined }]),
        REFUSED
      )
      const refund = { kind: 'refund', transfer_id: spend.id, amount: 1 }
      t.match(await org.batch([refund, refund]), REFUSED)
      t.match(await org.batch([one], { all_or_nothing: 'yes' }), REFUSED)
      t.match(await org.batch([{ ...one, idempotency_key: '' }]), REFUSED)
      t.match(await org.batch([{ ...one, idempotency_key: 'x'.repeat(256) }]), REFUSED)
      t.match(await org.transfer({ ...one, transfers: [one] }), REFUSED, 'both at once')
      t.match(await org.transfer({ transfers: [{ transfers: [one] }] }), REFUSED)
      t.match(await org.transfer([one]), REFUSED)
    })
    const thousand = Array.from({ length: 1_000 }, () => ({ kind: 'top_up', amount: 1 }))
    const { status, body } = await org.batch(thousand)
    t.equal(status, 200)
    t.equal(body.data.length, 1_000)
    t.equal(new Set(body.data.map((item: Item) => item.transfer.id)).size, 1_000)
    t.same(await conservation(db, org.id), [])
  })

  await t.test('a key stands for one thing, wherever it is said', async (t) => {
    const reused = { status: 422, body: { code: 'idempotency_key_reused' } }
    const fields = { reference: 'order-1', reason: 'chat', metadata: { model: 'small' } }
    const first = await org.spend(5, { member_id: ana, ...fields }, 'one-thing')
    t.equal(first.status, 201)
    const again = await org.spend(5, { member_id: ana, ...fields }, 'one-thing')
    t.equal(again.body.id, first.body.id)
    t.equal(again.headers.get('idempotent-replayed'), 'true')
    await unchanged(t, async () => {
      for (const other of [
        { kind: 'spend', amount: 6, member_id: ana, ...fields },
        { kind: 'spend', amount: 5, member_id: bo, ...fields },
        { kind: 'spend', amount: 5, ...fields },
        { kind: 'hold', amount: 5, member_id: ana, ...fields },
        { kind: 'spend', amount: 5, member_id: ana, ...fields, reference: 'order-2' },
        { kind: 'spend', amount: 5, member_id: ana, ...fields, reason: 'image' },
        { kind: 'spend', amount: 5, member_id: ana, ...fields, metadata: {} },
        { kind: 'refund', amount: 5, transfer_id: first.body.id },
        { kind: 'top_up', amount: 5 }
      ]) {
        t.match(await org.transfer(other, 'one-thing'), reused, JSON.stringify(other))
      }
      const { body } = await org.batch(
        [
          { kind: 'spend', amount: 5, member_id: ana, ...fields, idempotency_key: 'one-thing' },
          { kind: 'spend', amount: 7, member_id: ana, ...fields, idempotency_key: 'one-thing-2' }
        ].slice(0, 1)
      )
      t.match(body.data, [{ status: 'replayed', transfer: { id: first.body.id } }])
      const { body: wrong } = await org.batch([
        { kind: 'top_up', amount: 5, idempotency_key: 'one-thing' }
      ])
      t.match(wrong.data, [{ status: 'error', problem: { code: 'idempotency_key_reused' } }])
    })
    const elsewhere = await teamWithCredits(app, { pool: 10 })
    const { body } = await elsewhere.spend(5, {}, 'one-thing')
    t.not(body.id, first.body.id, 'another organization has keys of its own')
    t.match(await org.spend(MOST, {}, 'too-much'), { status: 422 })
    t.match(await org.spend(1, {}, 'too-much'), { status: 201 }, 'nothing was done under it before')
  })

  await t.test('a key is answered as before when what it asked for has run out', async (t) => {
    const ends = { expires_at: new Date(app.clock.now.getTime() + 60_000).toISOString() }
    const late = await teamWithCredits(app, { pool: 100 })
    const wanted = [
      { kind: 'hold', amount: 5, ...ends, idempotency_key: 'late-1' },
      { kind: 'top_up', amount: 5, ...ends, idempotency_key: 'late-2' }
    ]
    const { body: first } = await late.batch(wanted)
    app.clock.now = new Date(app.clock.now.getTime() + 120_000)
    const { status, body } = await late.batch(wanted)
    t.equal(status, 200)
    const ids = first.data.map((item: Item) => item.transfer.id)
    t.match(
      body.data,
      ids.map((id: string) => ({ status: 'replayed', transfer: { id } }))
    )
    const { idempotency_key: key, ...hold } = wanted[0] ?? { idempotency_key: '' }
    t.match(await late.transfer(hold, key), { status: 201, body: { id: ids[0] } })
    t.match(await late.transfer(hold, 'late-3'), REFUSED, 'under a new key it is too late')
  })

  t.same(await conservation(db, org.id), [])
})

interface Item {
  readonly transfer: { readonly id: string }
}
