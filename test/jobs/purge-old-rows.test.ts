import { sql } from 'drizzle-orm'
import t from 'tap'
import { purgeOldRows } from '../../src/jobs/purge-old-rows.sweep.js'
import { createTestApp, DAY_MS, START } from '../helpers/app.js'

const BATCH = 1_000

await t.test('what is kept for a while goes after its time, and not before', async (t) => {
  const { deps, clock, call, organization } = await createTestApp(t, { worker: { backoffMs: 10 } })
  const { path } = await organization()
  const headers = { 'idempotency-key': 'once' }
  const { body } = await call('POST', `${path}/invitations`, {
    body: { emails: ['ana@acme.test'] },
    headers
  })
  const [{ invitation }] = body.data
  await call('POST', `${path}/invitations/${invitation.id}/resend`, { body: { via: 'email' } })
  await deps.db.execute(sql`
    insert into kept_mails (id, message_id, recipient, sealed, created_at)
    values (gen_random_uuid(), 'm', 'x@y.test', '', ${START.toISOString()})
    on conflict do nothing`)
  const count = async (table: string) => {
    const { rows } = await deps.db.execute(sql`select from ${sql.identifier(table)}
      where ${sql.identifier(table === 'resend_allowances' ? 'window_started_at' : 'created_at')}
        = ${START.toISOString()}`)
    return rows.length
  }
  const kept = async () => [
    (await count('idempotency_keys')) > 0,
    (await count('resend_allowances')) > 0,
    (await count('kept_mails')) > 0
  ]

  clock.now = new Date(START.getTime() + DAY_MS)
  t.equal(await purgeOldRows.run(deps), 0)
  t.same(await kept(), [true, true, true])
  clock.now = new Date(START.getTime() + DAY_MS + 1)
  t.equal(await purgeOldRows.run(deps), 2)
  t.same(await kept(), [false, false, true], 'answers and windows: a day')
  clock.now = new Date(START.getTime() + 30 * DAY_MS)
  t.equal(await purgeOldRows.run(deps), 0)
  t.same(await kept(), [false, false, true])
  clock.now = new Date(START.getTime() + 30 * DAY_MS + 1)
  t.ok((await purgeOldRows.run(deps)) > 0)
  t.same(await kept(), [false, false, false], 'mails: thirty days')
})

await t.test('a crowd of old rows goes in batches', async (t) => {
  const { deps, clock } = await createTestApp(t)
  await deps.db.execute(sql`
    insert into idempotency_keys (caller, operation, key, fingerprint, status, answer, created_at)
    select 'key', 'POST', n, '', 200, '', ${START.toISOString()}
    from generate_series(1, ${BATCH + 1}) as n`)
  clock.now = new Date(START.getTime() + 2 * DAY_MS)
  t.equal(await purgeOldRows.run(deps), BATCH)
  t.equal(await purgeOldRows.run(deps), 1)
  t.equal(await purgeOldRows.run(deps), 0)
})

await t.test('a delivery goes thirty days after it has ended, with its attempts', async (t) => {
  const { deps, clock } = await createTestApp(t)
  const ended = START.toISOString()
  await deps.db.execute(sql`
    insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_keep_until,
      event_type, position, status, attempts, next_attempt_at, created_at, ended_at)
    select gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), gen_random_uuid(),
      '9999-01-01Z', 'member.joined', 1, status, 1,
      case when status = 'pending' then ${ended}::timestamptz end, ${ended},
      case when status <> 'pending' then ${ended}::timestamptz end
    from unnest(array['pending', 'delivered', 'failed', 'discarded']) status`)
  await deps.db.execute(sql`
    insert into webhook_attempts (organization_id, delivery_id, number, attempted_at, latency_ms)
    select organization_id, id, 1, created_at, 1 from webhook_deliveries`)
  const left = async () => {
    const { rows } = await deps.db.execute<{ status: string }>(sql`
      select d.status from webhook_deliveries d join webhook_attempts a on a.delivery_id = d.id
      order by d.status`)
    return rows.map(({ status }) => status)
  }
  clock.now = new Date(START.getTime() + 30 * DAY_MS)
  await purgeOldRows.run(deps)
  t.same(await left(), ['delivered', 'discarded', 'failed', 'pending'])
  clock.now = new Date(START.getTime() + 30 * DAY_MS + 1)
  await purgeOldRows.run(deps)
  t.same(await left(), ['pending'], 'one that waits stays')
})
