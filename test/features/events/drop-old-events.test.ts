import { sql } from 'drizzle-orm'
import t from 'tap'
import type { Deps } from '../../../src/deps.js'
import { dropOldEvents } from '../../../src/features/events/drop-old-events.sweep.js'
import { findHorizon } from '../../../src/features/events/retention.js'
import { idToUuid } from '../../../src/ids.js'
import { runSweep } from '../../../src/jobs/sweeper.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { policyLike } from '../../helpers/policies.js'
import { sealLog, tamper, tellEvents, verifyAll } from '../../helpers/sealed-log.js'

const drop = (deps: Deps) => runSweep(deps, dropOldEvents)

/** Where events lie, and how many. */
async function layOf({ db }: Deps, organizationId: string): Promise<Record<string, number>> {
  const { rows } = await db.execute<{ part: string; count: number }>(sql`
    select tableoid::regclass::text as part, count(*)::int as count from events
    where organization_id = ${idToUuid('org', organizationId)} group by 1 order by 1`)
  return Object.fromEntries(rows.map(({ part, count }) => [part, count]))
}

async function partsOf({ db }: Deps, table: string): Promise<string[]> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select inhrelid::regclass::text as name from pg_inherits
    where inhparent = ${table}::regclass order by 1`)
  return rows.map(({ name }) => name.replace(`${table}_`, ''))
}

async function sealsOf({ db }: Deps, organizationId: string) {
  const { rows } = await db.execute<{ number: number; kept: boolean }>(sql`
    select number::int, digests is not null as kept from event_seals
    where organization_id = ${idToUuid('org', organizationId)} order by number`)
  return rows.map(({ number, kept }) => (kept ? `${number}` : `${number} dropped`))
}

/** Left of both halves of an organization's log. */
async function countOf({ db }: Deps, organizationId: string): Promise<number[]> {
  const id = idToUuid('org', organizationId)
  return [
    await db.$count(sql`events where organization_id = ${id}`),
    await db.$count(sql`event_personal where organization_id = ${id}`)
  ]
}

const at = (day: number) => new Date(START.getTime() + day * DAY_MS)

await t.test(
  'partitions: the parts to come are made for the retention of every policy',
  async (t) => {
    const app = await createTestApp(t, { eventsByHand: true })
    const { deps } = app
    await policyLike(app, 'standard', { audit: { retention: 'P30D' } })
    await policyLike(app, 'standard', { audit: { retention: 'P365D' } })
    await drop(deps)
    const months = ['2030_02', '2030_03', '2030_04', '2031_02', '2031_03', '2031_04']
    t.same(await partsOf(deps, 'events'), [...months, 'forever', 'other'])
    t.same(await partsOf(deps, 'event_personal'), [...months, 'forever', 'other'])
    t.equal(await dropOldEvents.run(deps), 0, 'all are there')
    const refused = await deps.db.execute('truncate events_2030_02').catch(() => 'refused')
    t.equal(refused, 'refused', 'a part cannot be emptied by itself either')
  }
)

await t.test('what is over is dropped with its part, and a signed checkpoint stays', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, clock } = app
  const policy = await policyLike(app, 'standard', { audit: { retention: 'P30D' } })
  await drop(deps)
  const { id } = await app.organization({ policy })
  const other = await app.organization()
  for (const day of [0, 10, 20]) {
    await tellEvents(deps, { organizationId: id, retention: 'P30D', count: 3, now: at(day) })
    await sealLog(deps)
  }
  t.match(await layOf(deps, id), { events_2030_02: Number, events_2030_03: 6 })
  const before = await verifyAll(deps, { organizationId: id })

  clock.now = new Date('2030-01-31T23:59:59.999Z')
  await drop(deps)
  t.equal(await findHorizon(deps.db, id), null, 'not a moment too early')
  t.same(await sealsOf(deps, id), ['1', '2', '3'])
  clock.now = new Date('2030-02-01T00:00:00.000Z')
  await drop(deps)
  t.same(await layOf(deps, id), { events_2030_03: 6 })
  t.notOk((await partsOf(deps, 'events')).includes('2030_02'))
  t.notOk((await partsOf(deps, 'event_personal')).includes('2030_02'))
  t.same(await sealsOf(deps, id), ['1 dropped', '2', '3'])
  t.same(await findHorizon(deps.db, id), START)
  t.equal(await findHorizon(deps.db, other.id), null)

  clock.now = new Date('2030-03-01T00:00:00.000Z')
  await drop(deps)
  t.same(await layOf(deps, id), {})
  t.same(await countOf(deps, id), [0, 0])
  t.same(await sealsOf(deps, id), ['3 dropped'], 'the last is enough')
  t.same(await findHorizon(deps.db, id), at(20))
  await tellEvents(deps, { organizationId: id, retention: 'P30D', now: clock.now })
  await sealLog(deps)
  t.match(await verifyAll(deps), { findings: [], notes: [], unsealed: 0 })
  const { head } = before
  if (!head) throw new Error('there was one')
  t.match(await verifyAll(deps, { organizationId: id, head }), { findings: [], notes: [] })
  t.match(await verifyAll(deps, { organizationId: id, head: { number: 1, hash: head.hash } }), {
    findings: [],
    notes: ['seal 1 is past its retention and cannot be compared']
  })

  await tamper(
    deps,
    `update event_seals set last_position = last_position - 1 where digests is null`
  )
  t.same((await verifyAll(deps)).findings, ['seal: 3 does not say what it said'])
})

await t.test('drop-sealed: what came before its part was there is deleted by itself', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, clock } = app
  const policy = await policyLike(app, 'standard', { audit: { retention: 'P30D' } })
  const { id } = await app.organization({ policy })
  await tellEvents(deps, { organizationId: id, retention: 'P30D', count: 3, now: START })
  t.match(await layOf(deps, id), { events_other: Number })
  await drop(deps)
  t.same(
    (await partsOf(deps, 'events')).slice(0, 2),
    ['2030_03', '2030_04'],
    'its month stays where it is'
  )
  await sealLog(deps)
  await tellEvents(deps, { organizationId: id, retention: 'P30D', count: 2, now: START })
  clock.now = new Date('2030-02-01T00:00:00.000Z')
  await drop(deps)
  t.same(await layOf(deps, id), { events_other: 2 }, 'what is not sealed yet stays')
  t.match(await verifyAll(deps), { findings: [], unsealed: 2 })
  await sealLog(deps)
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
  await drop(deps)
  t.same(await countOf(deps, id), [0, 0])
  t.same(await sealsOf(deps, id), ['2 dropped'])
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
})

await t.test('nothing of a part goes while something in it is not sealed', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, clock } = app
  const policy = await policyLike(app, 'standard', { audit: { retention: 'P30D' } })
  await drop(deps)
  const { id } = await app.organization({ policy })
  await sealLog(deps)
  await tellEvents(deps, { organizationId: id, retention: 'P30D', now: START })
  clock.now = new Date('2030-02-01T00:00:00.000Z')
  await drop(deps)
  t.match(await layOf(deps, id), { events_2030_02: Number })
  t.match(await verifyAll(deps), { findings: [], unsealed: 1 })
  t.same(await sealsOf(deps, id), ['1 dropped'], 'it is only noted')
  await tamper(
    deps,
    `update events set data = '{"other": 1}' where position in (
    select first_position from event_seals where digests is null)`
  )
  t.same((await verifyAll(deps)).findings, [
    'changed: of seal 1, past their retention: what is there was not sealed so'
  ])
  await sealLog(deps)
  await drop(deps)
  t.same(await layOf(deps, id), {})
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
})

await t.test('a part that somebody works on is left for the next time', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, clock } = app
  const policy = await policyLike(app, 'standard', { audit: { retention: 'P30D' } })
  await drop(deps)
  const { id } = await app.organization({ policy })
  await sealLog(deps)
  clock.now = new Date('2030-02-01T00:00:00.000Z')
  await deps.db.transaction(async (tx) => {
    await tx.execute('lock table events in access share mode')
    await drop(deps)
  })
  t.ok((await partsOf(deps, 'events')).includes('2030_02'))
  t.match(await verifyAll(deps), { findings: [] })
  await drop(deps)
  t.notOk((await partsOf(deps, 'events')).includes('2030_02'))
  t.same(await layOf(deps, id), {})
})

await t.test('each is kept as its policy said when it happened', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, clock } = app
  await policyLike(app, 'standard', { audit: { retention: 'P30D' } })
  await policyLike(app, 'standard', { audit: { retention: 'P90D' } })
  await drop(deps)
  const { id } = await app.organization()
  const told = async (retention: string | null, day: number) => {
    await tellEvents(deps, { organizationId: id, retention, count: 2, now: at(day) })
    await sealLog(deps)
  }
  await told('P90D', 0)
  await told('P30D', 1)
  await told(null, 2)
  await told('P30D', 3)
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })

  clock.now = new Date('2030-03-01T00:00:00.000Z')
  await drop(deps)
  t.same(await sealsOf(deps, id), ['1', '2', '3 dropped', '4', '5 dropped'])
  t.match(await layOf(deps, id), { events_2030_05: 2, events_2030_02: undefined })
  t.same(await findHorizon(deps.db, id), at(3))
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
  clock.now = new Date('2030-05-01T00:00:00.000Z')
  await drop(deps)
  t.same(
    await sealsOf(deps, id),
    ['1', '2 dropped', '3 dropped', '4', '5 dropped'],
    'what is kept for good stands before them'
  )
  t.match(await verifyAll(deps), { findings: [], unsealed: 0 })
  await tamper(
    deps,
    `delete from event_seals where number = 1
    and organization_id = '${idToUuid('org', id)}'`
  )
  t.match((await verifyAll(deps, { organizationId: id })).findings, [
    /^seal: 1 is missing/,
    /^added/
  ])
})

await t.test('a delivery of what is over is discarded', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { deps, clock } = app
  const { id } = await app.organization()
  await deps.db.execute(sql`
    insert into webhook_endpoints (id, url, event_types, type_patterns, enabled, ordered, secret,
      created_at, updated_at)
    values (gen_random_uuid(), 'https://hooks.acme.test', '{*}', '{%}', true, false, '',
      ${START.toISOString()}, ${START.toISOString()})`)
  await tellEvents(deps, { organizationId: id, retention: 'P30D', now: START })
  await tellEvents(deps, { organizationId: id, retention: 'P90D', now: START })
  const deliveries = async () => {
    const { rows } = await deps.db.execute<{ status: string }>(sql`
      select status from webhook_deliveries order by event_keep_until`)
    return rows.map(({ status }) => status)
  }
  t.same(await deliveries(), ['pending', 'pending'])
  clock.now = new Date('2030-02-01T00:00:00.000Z')
  await drop(deps)
  t.same(await deliveries(), ['discarded', 'pending'])
})
