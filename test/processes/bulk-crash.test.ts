import { eq, sql } from 'drizzle-orm'
import t from 'tap'
import { createDb, createPool } from '../../src/db/client.js'
import { events } from '../../src/db/tables/events.js'
import { members } from '../../src/db/tables/members.js'
import { createTestDatabase, until, untilBlocked } from '../helpers/database.js'
import { deploymentOn, freePort, PATIENCE_MS, startMuster } from '../helpers/processes.js'

t.setTimeout(3 * PATIENCE_MS)

const SIZE = 1_000
/** Of the sixth hundred. */
const HELD = 550

interface Body {
  readonly id: string
  readonly data: readonly { readonly member: { readonly id: string } }[]
  readonly summary: object
}

await t.test('a kill -9 in the middle of a thousand: the rest is done, once', async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const environment = { ...deploymentOn(databaseUrl), PORT: String(await freePort()) }
  const pool = createPool({ url: databaseUrl, max: 4, onError: () => undefined })
  t.teardown(() => pool.end())
  const db = createDb(pool)
  let muster = await startMuster(t, 'api', environment)
  const call = async (path: string, body: object, key?: string) => {
    const response = await fetch(`${muster.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${environment.MUSTER_API_KEY}`,
        'content-type': 'application/json',
        ...(key === undefined ? {} : { 'idempotency-key': key })
      },
      body: JSON.stringify(body)
    })
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Body
    }
  }
  const owner = { user_id: 'u_olga', email: 'olga@acme.test', name: 'Olga' }
  const billing = { seats: 2 * SIZE }
  const org = await call('/v1/organizations', { name: 'Acme', owner, billing })
  const path = `/v1/organizations/${org.body.id}/members`
  const people = Array.from({ length: SIZE }, (_, n) => ({
    user_id: `u_${n}`,
    email: `m${n}@acme.test`
  }))
  const imported = await call(path, { members: people })
  const ids: string[] = imported.body.data.map(({ member }) => member.id)
  const suspend = () => call(`${path}/bulk`, { action: 'suspend', member_ids: ids }, 'k_crash')
  const done = async () => [
    await db.$count(members, eq(members.status, 'suspended')),
    await db.$count(events, eq(events.type, 'member.suspended'))
  ]

  await db.transaction(async (tx) => {
    await tx
      .select()
      .from(members)
      .where(eq(members.id, ids[HELD] ?? ''))
      .for('update')
    const lost = suspend().catch(() => 'lost')
    await untilBlocked(db)
    t.same(await done(), [500, 500])
    await muster.kill()
    t.equal(await lost, 'lost')
  })
  t.same(await done(), [500, 500], 'what was under way is undone')
  muster = await startMuster(t, 'api', environment)
  // The database finds out in its own time that whoever held the key has gone.
  const answer = await until(async () => {
    const { status, ...rest } = await suspend()
    return status === 200 && rest
  }, PATIENCE_MS)
  t.same(answer.body.summary, { done: SIZE, unchanged: 0, failed: 0 })
  t.same(await done(), [SIZE, SIZE])
  const again = await suspend()
  t.equal(again.headers.get('idempotent-replayed'), 'true')
  t.same(again.body, answer.body)
  t.same(await done(), [SIZE, SIZE])
  const { rows } = await db.execute<{ most: number }>(sql`
    select max(count)::int as most from (
      select count(*) from events where type = 'member.suspended' group by subject_id) told`)
  t.same(rows, [{ most: 1 }], 'and everybody is told of once')
})
