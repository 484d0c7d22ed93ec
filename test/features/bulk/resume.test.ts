import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { idToUuid } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { lockOrganization } from '../../helpers/locks.js'
import { policyLike } from '../../helpers/policies.js'

const SIZE = 250
/** Of the second hundred. */
const BROKEN = 150
const HOUR_MS = DAY_MS / 24

await t.test('a long list that breaks off, under an Idempotency-Key', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, unique, deps, clock } = app

  async function team(size = SIZE) {
    clock.now = START
    const policy = await policyLike(app, 'standard', { seats: { mode: 'per_member' } })
    const { path, id } = await organization({ policy })
    const people = Array.from({ length: size }, () => {
      const user_id = unique('u')
      return { user_id, email: `${user_id}@acme.test` }
    })
    const { body } = await call('POST', `${path}/members`, { body: { members: people } })
    const ids: string[] = body.data.map((one: { member: { id: string } }) => one.member.id)
    const headers = { 'idempotency-key': unique('k') }
    const suspend = (member_ids = ids) =>
      call('POST', `${path}/members/bulk`, { body: { action: 'suspend', member_ids }, headers })
    const count = async (query: ReturnType<typeof sql>) => {
      const { rows } = await deps.db.execute<{ count: number }>(query)
      return rows[0]?.count
    }
    const uuid = idToUuid('org', id)
    /** How many are suspended, and how often it was told. */
    const done = async () => [
      await count(sql`select count(*)::int as count from members
        where organization_id = ${uuid} and status = 'suspended'`),
      await count(sql`select count(*)::int as count from events
        where organization_id = ${uuid} and type = 'member.suspended'`)
    ]
    return { path, id, ids, headers, suspend, done }
  }
  const isReplayed = ({ headers }: { headers: Headers }) =>
    headers.get('idempotent-replayed') === 'true'

  /** The database refuses to change a member. */
  async function breakAt(id: string): Promise<() => Promise<unknown>> {
    await deps.db.execute(sql`create or replace function refuse_change() returns trigger
      language plpgsql as $$ begin raise exception 'broken'; end $$`)
    await deps.db.execute(
      sql.raw(`create trigger break_off before update on members for each row
        when (old.id = '${idToUuid('mem', id)}') execute function refuse_change()`)
    )
    return () => deps.db.execute(sql`drop trigger break_off on members`)
  }

  await t.test('goes on where it was, and does nothing twice', async (t) => {
    const { ids, suspend, done } = await team()
    const mend = await breakAt(ids[BROKEN] ?? '')
    t.match(await suspend(), { status: 500, body: { code: 'internal_error' } })
    t.same(await done(), [100, 100], 'the first hundred are done')
    t.equal((await suspend()).status, 500)
    t.same(await done(), [100, 100], 'and not done again')
    await mend()
    const answer = await suspend()
    t.equal(answer.status, 200)
    t.notOk(isReplayed(answer))
    t.same(answer.body.summary, { done: SIZE, unchanged: 0, failed: 0 })
    t.same(
      answer.body.data.map(({ member_id }: { member_id: string }) => member_id),
      ids
    )
    t.same(await done(), [SIZE, SIZE])
    const again = await suspend()
    t.ok(isReplayed(again))
    t.same([again.status, again.body], [answer.status, answer.body])
    t.same(await done(), [SIZE, SIZE])
  })

  await t.test('without a key whatever is sent again finds what is done', async (t) => {
    const { path, ids, done } = await team()
    const body = { action: 'suspend', member_ids: ids }
    const mend = await breakAt(ids[BROKEN] ?? '')
    t.equal((await call('POST', `${path}/members/bulk`, { body })).status, 500)
    await mend()
    const answer = await call('POST', `${path}/members/bulk`, { body })
    t.same(answer.body.summary, { done: 150, unchanged: 100, failed: 0 })
    t.same(await done(), [SIZE, SIZE])
  })

  await t.test('is 422 with another list, however far it has come', async (t) => {
    const { ids, suspend, done } = await team()
    const mend = await breakAt(ids[BROKEN] ?? '')
    await suspend()
    await mend()
    const other = await suspend(ids.slice(1))
    t.match(other, { status: 422, body: { code: 'idempotency_key_reused' } })
    t.same(await done(), [100, 100])
  })

  await t.test('is 409 while any of its parts is under way', async (t) => {
    const { id, ids, suspend, done } = await team()
    const inUse = { status: 409, body: { code: 'idempotency_key_in_use' } }
    const first = await deps.db.transaction(async (tx) => {
      await lockOrganization(tx, id)
      const answer = suspend()
      await untilBlocked(deps.db)
      t.match(await suspend(), inUse, 'the first')
      return { answer }
    })
    t.equal((await first.answer).status, 200)
    t.same(await done(), [SIZE, SIZE])

    const later = await team()
    const second = await deps.db.transaction(async (tx) => {
      const isLast = eq(members.id, later.ids[BROKEN] ?? '')
      await tx.select().from(members).where(isLast).for('update')
      const answer = later.suspend()
      await untilBlocked(deps.db)
      t.same(await later.done(), [100, 100])
      t.match(await later.suspend(), inUse, 'a later one')
      return { answer }
    })
    t.match(await second.answer, { status: 200, body: { summary: { done: SIZE } } })
    t.same(await later.done(), [SIZE, SIZE])
    t.equal(ids.length, SIZE)
  })

  await t.test('whoever has begun waits for another that has caught up', async (t) => {
    const { path, headers, suspend } = await team()
    const caller = JSON.stringify([`key_${app.key.split('_')[1] ?? ''}`])
    const operation = `POST ${path}/members/bulk part 2`
    const slot = JSON.stringify([caller, operation, headers['idempotency-key']])
    const { answer } = await deps.db.transaction(async (tx) => {
      await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${slot}, 0))`)
      const answer = suspend()
      await untilBlocked(deps.db)
      return { answer }
    })
    t.match(await answer, { status: 200, body: { summary: { done: SIZE } } })
  })

  await t.test('its parts are forgotten together, a day after the first', async (t) => {
    const { ids, suspend, done } = await team()
    const mend = await breakAt(ids[BROKEN] ?? '')
    await suspend()
    await mend()
    clock.now = new Date(START.getTime() + 23 * HOUR_MS)
    t.same((await suspend()).body.summary, { done: SIZE, unchanged: 0, failed: 0 })
    t.ok(isReplayed(await suspend()))
    clock.now = new Date(START.getTime() + 24 * HOUR_MS)
    const anew = await suspend()
    t.notOk(isReplayed(anew))
    t.same(anew.body.summary, { done: 0, unchanged: SIZE, failed: 0 })
    t.same(await done(), [SIZE, SIZE])
    t.ok(isReplayed(await suspend()))
  })

  await t.test('a first part that is refused keeps nothing', async (t) => {
    const { path, suspend } = await team(1)
    await call('POST', `${path}/cancel?confirm=true`)
    t.match(await suspend(), { status: 403, body: { code: 'organization_canceled' } })
    await call('POST', `${path}/restore`)
    t.match(await suspend(), { status: 200, body: { summary: { done: 1 } } })
  })
})
