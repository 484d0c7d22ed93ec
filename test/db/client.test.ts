import { sql } from 'drizzle-orm'
import t from 'tap'
import { isUniqueViolation } from '../../src/db/client.js'
import { events } from '../../src/db/tables/events.js'
import { FOREVER } from '../../src/features/events/retention.js'
import { DEPLOYMENT_ID, newId } from '../../src/ids.js'
import { createTestApp, START } from '../helpers/app.js'

const newEvent = () => ({
  organizationId: DEPLOYMENT_ID,
  id: newId('evt'),
  keepUntil: FOREVER,
  type: 'api_key.created',
  occurredAt: START,
  actorType: 'system',
  actorId: null,
  subjectType: 'api_key',
  subjectId: newId('key'),
  data: {
    name: `O'Hara "\\" \u2028 née é`,
    text: `a'b"c\\d`,
    none: null,
    list: [1, 'two', { three: 3 }]
  },
  changes: {},
  requestId: null,
  policyVersion: null,
  traceContext: null
})

await t.test('a transaction', async (t) => {
  const { deps } = await createTestApp(t, { eventsByHand: true })
  const { db } = deps
  const all = () => db.select().from(events).orderBy(events.id)
  const before = (await all()).length

  await t.test('writes what was added to it, unchanged, when the work is done', async (t) => {
    const rows = [newEvent(), newEvent()]
    await db.transaction(async (tx) => {
      tx.add(events, rows.slice(0, 1))
      tx.add(events, rows.slice(1))
      t.equal((await tx.select().from(events)).length, before, 'not before')
    })
    t.strictSame((await all()).slice(-2), rows)
  })

  await t.test('writes nothing of it when the work throws', async (t) => {
    const work = db.transaction((tx) => {
      tx.add(events, [newEvent()])
      throw new Error('changed its mind')
    })
    await t.rejects(work, { message: 'changed its mind' })
    t.equal((await all()).length, before + 2)
  })

  await t.test('is undone, and says so, when a failed statement was ignored', async (t) => {
    const work = db.transaction(async (tx) => {
      await tx.insert(events).values(newEvent())
      await tx.execute(sql`select 1 / 0`).catch(() => undefined)
    })
    await t.rejects(work, { message: /was undone/ })
    t.equal((await all()).length, before + 2)
  })

  await t.test('tells a row that exists already from other failures', async (t) => {
    const row = newEvent()
    const twice = db.transaction((tx) => {
      tx.add(events, [row, row])
    })
    const error: unknown = await twice.catch((caught: unknown) => caught)
    t.ok(isUniqueViolation(error))
    t.notMatch(String(error), row.id)
    t.notOk(isUniqueViolation(await db.execute('select 1 / 0').catch((caught: unknown) => caught)))
  })

  await t.test('gives a connection back that was cut in the middle', async (t) => {
    const work = db.transaction((tx) => tx.execute('select pg_terminate_backend(pg_backend_pid())'))
    await t.rejects(work)
    t.equal((await all()).length, before + 2)
  })
})
