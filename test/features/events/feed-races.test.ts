import { randomUUID } from 'node:crypto'
import { sql } from 'drizzle-orm'
import pg from 'pg'
import t, { type Test } from 'tap'
import { idToUuid, uuidToId } from '../../../src/ids.js'
import { createTestApp, type TestApp } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import { drain, latest, positionOf } from '../../helpers/event-feed.js'

/** Somebody who writes events in transactions of its own. */
async function openWriter(t: Test, { databaseUrl }: TestApp, organizationId: string) {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  t.teardown(() => client.end())
  return {
    run: (text: string) => client.query(text),
    /** Draws a position. */
    async tell(): Promise<string> {
      const id = randomUUID()
      await client.query(
        `insert into events (organization_id, id, keep_until, type, occurred_at, actor_type,
           subject_type, subject_id, data, changes)
         values ($1, $2, '9999-01-01Z', 'member.joined', '2030-01-01Z', 'system', 'member', 'm',
           '{}', '{}')`,
        [idToUuid('org', organizationId), id]
      )
      return uuidToId('evt', id)
    }
  }
}

const idsOf = (events: readonly { id: string }[]) => events.map(({ id }) => id)

await t.test('an event that is committed late is never passed over', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const [one, two] = [await app.organization(), await app.organization()]
  const early = await openWriter(t, app, one.id)
  const late = await openWriter(t, app, two.id)
  const read = (cursor: string) => app.call('GET', `/v1/events?cursor=${cursor}`)

  for (const end of ['commit', 'rollback'] as const) {
    await t.test(`whoever drew before others ends with ${end}`, async (t) => {
      const cursor = await latest(app)
      await early.run('begin')
      const first = await early.tell()
      const second = await late.tell()
      const { body: meanwhile } = await read(cursor)
      t.same(meanwhile.data, [], 'neither, as one of them is not there yet')
      const { body: waiting } = await app.call('GET', `/v1/events?cursor=${cursor}&wait=1`)
      t.same(waiting.data, [])
      const { body: limited } = await app.call(
        'GET',
        `/v1/events?cursor=${cursor}&organization_id=${two.id}`
      )
      t.same(limited.data, [], 'also where the one that is not there is not meant')
      await early.run(end)
      const expected = end === 'commit' ? [first, second] : [second]
      for (const from of [cursor, meanwhile.next_cursor, waiting.next_cursor] as string[]) {
        const { events } = await drain(app, {
          path: '/v1/events',
          cursor: from,
          least: expected.length
        })
        t.same(idsOf(events), expected)
      }
    })
  }

  await t.test(
    'nor where those who drew are the last to have begun on the whole server',
    async (t) => {
      const cursor = await latest(app)
      await early.run('begin')
      const first = await early.tell()
      await late.run('begin')
      const second = await late.tell()
      const { body: meanwhile } = await read(cursor)
      await early.run('commit')
      const { body: still } = await read(String(meanwhile.next_cursor))
      await late.run('commit')
      const { events } = await drain(app, {
        path: '/v1/events',
        cursor: String(still.next_cursor),
        least: 2 - meanwhile.data.length - still.data.length
      })
      t.same(idsOf([...meanwhile.data, ...still.data, ...events]), [first, second])
    }
  )

  await t.test('nor by whoever waits for it', async (t) => {
    const cursor = await latest(app)
    await early.run('begin')
    const first = await early.tell()
    const waiting = app.call('GET', `/v1/events?cursor=${cursor}&wait=30&organization_id=${one.id}`)
    await late.tell()
    await early.run('commit')
    t.same(idsOf((await waiting).body.data), [first])
  })

  await t.test('nor where a transaction goes on that has drawn nothing yet', async (t) => {
    const cursor = await latest(app)
    await early.run('begin')
    await early.run('select pg_current_xact_id()')
    const first = await late.tell()
    const second = await early.tell()
    t.same((await read(cursor)).body.data, [])
    await early.run('commit')
    const { events } = await drain(app, { path: '/v1/events', cursor, least: 2 })
    t.same(idsOf(events), [first, second])
  })
})

await t.test('the latest is not known where somebody wrote before all looked', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const org = await app.organization()
  const writer = await openWriter(t, app, org.id)
  await writer.run('begin')
  const told = await writer.tell()
  t.match(await app.call('GET', '/v1/events?start=latest'), {
    status: 503,
    body: { code: 'service_unavailable' }
  })
  await writer.run('commit')
  const { body } = await until(async () => {
    const answer = await app.call('GET', '/v1/events?start=latest')
    return answer.status === 200 && answer
  })
  const again = await writer.tell()
  const { events } = await drain(app, {
    path: '/v1/events',
    cursor: String(body.next_cursor),
    least: 1
  })
  t.same(
    idsOf(events).filter((id) => id !== told),
    [again]
  )
})

const WRITERS = 5
const STEPS = 150

await t.test(
  'whoever goes on from any cursor sees each event once, in the order of all',
  async (t) => {
    const app = await createTestApp(t, { eventsByHand: true })
    const orgs = [await app.organization(), await app.organization()]
    const writers = await Promise.all(
      Array.from({ length: WRITERS }, async (_, n) => ({
        ...(await openWriter(t, app, orgs[n % 2]?.id ?? '')),
        isOpen: false
      }))
    )
    const start = await latest(app)
    const consumers = [0, 1, 2].map(() => ({ cursor: start, ids: [] as string[] }))
    const cursors = new Map([[start, 0]])
    const seed = 20_260_701
    const chance = generator(seed)
    const pick = <T>(list: readonly T[]): T => {
      const one = list[Math.floor(chance() * list.length)]
      if (one === undefined) throw new Error('there is one')
      return one
    }

    async function write(): Promise<void> {
      const writer = pick(writers)
      if (writer.isOpen && chance() < 0.5) {
        await writer.run(chance() < 0.75 ? 'commit' : 'rollback')
        writer.isOpen = false
        return
      }
      if (!writer.isOpen) await writer.run('begin')
      writer.isOpen = true
      await writer.tell()
    }

    async function read(): Promise<void> {
      const consumer = pick(consumers)
      const query = `cursor=${consumer.cursor}&limit=${pick([1, 2, 7, 100])}`
      const { body } = await app.call('GET', `/v1/events?${query}`)
      consumer.ids.push(...idsOf(body.data))
      consumer.cursor = body.next_cursor as string
      cursors.set(consumer.cursor, consumer.ids.length)
    }

    for (let step = 0; step < STEPS; step += 1)
      await Promise.all([write(), chance() < 0.3 && read()])
    for (const { isOpen, run } of writers) if (isOpen) await run('commit')

    const { rows } = await app.deps.db.execute<{ id: string }>(sql`
    select id from events where position > ${positionOf(start)} order by position`)
    const all = rows.map(({ id }) => uuidToId('evt', id))
    t.ok(all.length > 20, `${all.length} events, seed ${seed}`)
    t.ok(cursors.size > 5, `${cursors.size} cursors`)
    for (const { cursor, ids } of consumers) {
      const least = all.length - ids.length
      const { events } = await drain(app, { path: '/v1/events?limit=9', cursor, least })
      t.same([...ids, ...idsOf(events)], all)
    }
    for (const [cursor, read] of cursors) {
      const { events } = await drain(app, { path: '/v1/events', cursor, least: all.length - read })
      t.same(idsOf(events), all.slice(read))
    }
  }
)

/** The same numbers for the same seed (mulberry32), from 0 up to 1. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
