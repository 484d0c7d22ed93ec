import { sql } from 'drizzle-orm'
import t from 'tap'
import { createSigner } from '../../../src/crypto/signer.js'
import type { Deps } from '../../../src/deps.js'
import { sealEvents } from '../../../src/features/events/seal-events.sweep.js'
import { DEPLOYMENT_ID, idToUuid } from '../../../src/ids.js'
import { anotherKeyRing, createTestApp, START } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import { sealLog, tellEvents, verifyAll } from '../../helpers/sealed-log.js'

const BATCH = 2_000

const sealsOf = async ({ db }: Deps, organizationId: string) => {
  const { rows } = await db.execute(sql`
    select number::int, event_count, keep_until::text, length(digests) as length, previous_hash, hash
    from event_seals where organization_id = ${idToUuid('org', organizationId)} order by number`)
  return rows
}

await t.test('the events of each organization go on a chain of its own', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const one = await app.organization()
  const other = await app.organization()
  await sealLog(deps)
  t.equal((await sealsOf(deps, DEPLOYMENT_ID)).length, 1, 'and those of the deployment')
  t.equal((await sealsOf(deps, other.id)).length, 1)
  await app.member(one.path)
  await app.call('PATCH', one.path, { body: { name: 'Other' } })
  await sealLog(deps)

  const [first, second, ...none] = await sealsOf(deps, one.id)
  t.same(none, [])
  t.match(first, { number: 1, previous_hash: Buffer.alloc(32) })
  t.match(second, { number: 2, previous_hash: first?.['hash'] })
  t.equal(second?.['length'], 32 * Number(second?.['event_count']))
  t.equal((await sealsOf(deps, other.id)).length, 1, 'nothing has happened there since')
  const { rows } = await deps.db.execute<{ count: number }>(sql`select count(*)::int from events`)
  t.match(await verifyAll(deps), { findings: [], notes: [], unsealed: 0, events: rows[0]?.count })
  t.equal(await sealEvents.run(deps), 0, 'nothing is left')
})

await t.test('what is kept for different times has seals of its own', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const { id } = await app.organization()
  for (const retention of ['P30D', 'P90D', 'P30D', null]) {
    await tellEvents(deps, { organizationId: id, retention, count: 2, now: START })
  }
  await sealLog(deps)
  t.match(await sealsOf(deps, id), [
    { keep_until: /^9999-01-01/ },
    { event_count: 4, keep_until: /^2030-02-01/ },
    { event_count: 2, keep_until: /^2030-05-01/ }
  ])
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
})

await t.test('an event that commits late is sealed before those that came after it', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const { id } = await app.organization()
  await sealLog(deps)
  const positions = async () => {
    const { rows } = await deps.db.execute<{ sealed: string; drawn: string }>(sql`
      select position as sealed, last_value as drawn from event_sealing, event_positions`)
    return { sealed: Number(rows[0]?.sealed), drawn: Number(rows[0]?.drawn) }
  }
  const before = await positions()
  await deps.db.transaction(async (tx) => {
    await tx.execute(sql`select next_event_position()`)
    await tellEvents(deps, { organizationId: id, now: START })
    for (let run = 0; run < 3; run += 1) t.equal(await sealEvents.run(deps), 0)
    t.same((await positions()).sealed, before.sealed, 'it waits for who has drawn and not ended')
    await tx.execute(sql`
      insert into events (organization_id, id, keep_until, position, type, occurred_at, actor_type,
        subject_type, subject_id, data, changes)
      select organization_id, gen_random_uuid(), keep_until, ${before.drawn + 1}, type, occurred_at,
        actor_type, subject_type, subject_id, data, changes from events order by position desc limit 1`)
  })
  await sealLog(deps)
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
  t.match(await sealsOf(deps, id), [{ number: 1 }, { number: 2, event_count: 2 }])
})

await t.test('one process seals at a time, nobody waits for it', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const { id } = await app.organization()
  await deps.db.transaction(async (tx) => {
    await tx.execute(sql`select from event_sealing for update`)
    t.equal(await sealEvents.run(deps), 0)
  })
  t.equal((await sealsOf(deps, id)).length, 0)
  await sealLog(deps)
  t.equal((await sealsOf(deps, id)).length, 1)
})

await t.test('many events take several batches, and none is left out between them', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const { id } = await app.organization()
  const other = await app.organization()
  await sealLog(deps)
  await tellEvents(deps, { organizationId: id, count: BATCH - 5, now: START })
  await tellEvents(deps, { organizationId: other.id, count: 10, now: START })
  t.equal(await until(async () => (await sealEvents.run(deps)) || undefined), BATCH)
  t.match(await verifyAll(deps), { findings: [], unsealed: 5 })
  await sealLog(deps)
  t.match(await sealsOf(deps, other.id), [{}, { event_count: 5 }, { event_count: 5 }])
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
})

await t.test('seals go on to hold when a person is erased', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, call } = app
  const { path } = await app.organization()
  const ana = await app.member(path, { name: 'Ana' })
  await call('PATCH', `${path}/members/${ana.id}`, { body: { name: 'Anna' } })
  await call('DELETE', `${path}/members/${ana.id}`)
  await sealLog(deps)
  const told = async () => {
    const { rows } = await deps.db.execute<{ leaves: string }>(
      sql`select leaves::text from event_personal`
    )
    return rows.filter(({ leaves }) => leaves.includes(ana.email)).length
  }
  t.ok((await told()) > 0)
  t.equal((await call('POST', `/v1/users/${ana.userId}/erase`)).status, 200)
  t.equal(await told(), 0)
  await sealLog(deps)
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
})

await t.test('a key that is gone is vouched for by the signatures after it', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps } = app
  const { id } = await app.organization()
  await sealLog(deps)
  const ring = anotherKeyRing('k2')
  const rotated = { ...deps, signer: createSigner(ring, 'muster audit seal') }
  t.same(
    (await verifyAll(rotated, { organizationId: id })).findings,
    ['seal: 1 and all after it are signed with a key that is not here'],
    'nobody vouches for the newest'
  )
  await tellEvents(deps, { organizationId: id, now: START })
  await sealLog(rotated)
  t.match(await verifyAll(rotated, { organizationId: id }), {
    findings: [],
    notes: ['seals signed with a key that is not here, vouched for by later ones: 1']
  })
})

await t.test('of a deleted organization nothing is sealed any more', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, call } = app
  const one = await app.organization()
  const other = await app.organization()
  t.equal((await call('DELETE', `${one.path}?confirm=true`)).status, 200)
  await sealLog(deps)
  t.equal((await sealsOf(deps, one.id)).length, 0)
  t.equal((await sealsOf(deps, other.id)).length, 1)
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
})
