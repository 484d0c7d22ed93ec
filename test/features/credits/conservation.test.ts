import { sql } from 'drizzle-orm'
import t from 'tap'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { conservation, teamWithCredits } from '../../helpers/credits.js'

await t.test('the ledger as the database has it', async (t) => {
  const app = await createTestApp(t)
  const { db } = app.deps
  const org = await teamWithCredits(app, { members: 2, pool: 100 })
  const [ana = '', bo = ''] = org.members
  const uuid = idToUuid('org', org.id)
  const expires_at = new Date(START.getTime() + 3_600_000).toISOString()
  await org.topUp(30, { expires_at })
  await org.allocate(ana, 60)
  await org.allocate(bo, 20)
  await org.move(ana, bo, 5)
  await org.reclaim(bo, 5)
  const { body: spend } = await org.spend(10, { member_id: ana }, 'one')
  await org.refund(spend.id, { amount: 4 })
  const { body: hold } = await org.hold(20, { member_id: ana })
  await org.capture(hold.id, { amount: 12 })
  const { body: next } = await org.hold(5)
  await org.release(next.id)
  await org.hold(3, { member_id: bo })

  await t.test('adds up to the credit, in every account', async (t) => {
    t.same(await conservation(db, org.id), [])
    t.match((await org.get('credits')).body, { total: 130, spent: 18, held: 3 })
  })

  await t.test('history is never changed, nor deleted', async (t) => {
    for (const table of ['credit_transfers', 'credit_transfer_lots']) {
      const name = sql.identifier(table)
      for (const statement of [
        sql`update ${name} set amount = amount + 1`,
        sql`update ${name} set amount = amount where organization_id = ${uuid}`,
        sql`delete from ${name} where organization_id = ${uuid}`
      ]) {
        await t.rejects(db.execute(statement), { cause: { message: /are never changed/ } }, table)
      }
    }
    await t.rejects(
      db.execute(sql`update credit_accounts set balance = -1 where organization_id = ${uuid}`),
      { cause: { code: '23514' } },
      'and no account has less than nothing'
    )
    t.same(await conservation(db, org.id), [])
  })

  await t.test('a credit that is lost or made anywhere is found', async (t) => {
    const faults = [
      'update credit_accounts set balance = balance + 1',
      'update credit_accounts set balance = balance - 1 where member_id is null',
      'update credit_accounts set held = held + 1',
      'update credit_accounts set spent = spent - 1 where spent > 0',
      'update credit_accounts set used = used - 1 where used > 0',
      'update credit_accounts set issued = issued + 1 where member_id is null',
      'update credit_accounts set balance = 0, spent = balance + spent',
      'delete from credit_holds',
      'update credit_holds set amount = amount - 1',
      'update credit_lots set remaining = remaining + 1000',
      `update credit_transfers set amount = amount + 1 where kind = 'spend'`,
      `delete from credit_transfers where kind = 'move'`,
      `delete from credit_transfers where kind = 'release' and not ends_hold`,
      `update credit_transfers set amount = 11 where kind = 'refund'`,
      `update credit_transfers set of_id = id where kind = 'capture'`
    ]
    for (const fault of faults) {
      const found = await undone(async (tx) => {
        await tx.execute(sql.raw(`alter table credit_transfers disable trigger user`))
        await tx.execute(sql.raw(fault))
        return conservation(tx, org.id)
      })
      t.not(found.length, 0, fault)
    }
    t.same(await conservation(db, org.id), [])
  })

  /** What the work saw; nothing of it stays. */
  async function undone<T>(work: (tx: typeof db) => Promise<T>): Promise<T> {
    const seen: T[] = []
    await db
      .transaction(async (tx) => {
        seen.push(await work(tx as unknown as typeof db))
        throw new Error('undone')
      })
      .catch((error: unknown) => {
        if (!(error instanceof Error) || error.message !== 'undone') throw error
      })
    const [first] = seen
    if (first === undefined) throw new Error('the work saw something')
    return first
  }
})
