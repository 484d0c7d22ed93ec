import { sql } from 'drizzle-orm'
import t from 'tap'
import { newId } from '../../../src/ids.js'
import { type CallOptions, createTestApp, type TestApp } from '../../helpers/app.js'
import { until } from '../../helpers/database.js'
import { cursorAt, drain, latest, positionOf } from '../../helpers/event-feed.js'
import { fillLog } from '../../helpers/event-log.js'

const typesOf = (events: readonly { type: string }[]) => events.map(({ type }) => type)
const rename = ({ call }: TestApp, path: string, name = 'Renamed') =>
  call('PATCH', path, { body: { name } })

await t.test('GET /v1/events', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { call, organization, apiKey, member, invite, deps } = app
  const feed = (query: string, options?: CallOptions) => call('GET', `/v1/events?${query}`, options)

  await t.test('tells what happened anywhere, in order, in the shape of the log', async (t) => {
    const [one, two] = [await organization(), await organization()]
    await rename(app, one.path)
    await rename(app, two.path)
    const { events } = await drain(app, { path: '/v1/events?limit=100', least: 7 })
    t.match(events[0], { type: 'api_key.created', organization_id: null })
    const { body: log } = await call('GET', `${one.path}/events`)
    t.same(events.filter((event) => event.organization_id === one.id).reverse(), log.data)
    t.same(
      events.slice(-2).map((event) => event.organization_id),
      [one.id, two.id]
    )
  })

  await t.test('goes on from a cursor, which is there also when nothing has come', async (t) => {
    const org = await organization()
    const start = await latest(app)
    const { body: nothing } = await feed(`cursor=${start}`)
    t.same([nothing.data, nothing.has_more], [[], false])
    for (const name of ['A', 'B', 'C']) await rename(app, org.path, name)
    const { events } = await drain(app, { path: '/v1/events?limit=2', cursor: start, least: 3 })
    t.same(
      events.map((event) => event.changes['name']?.[1]),
      ['A', 'B', 'C']
    )
    const { body: first } = await feed(`cursor=${start}&limit=2`)
    t.match(first, { data: { length: 2 }, has_more: true })
    const { body: second } = await feed(`cursor=${String(first.next_cursor)}&limit=2`)
    t.match(second, { data: { length: 1 }, has_more: false })
  })

  await t.test('can begin with what comes next', async (t) => {
    const org = await organization()
    await rename(app, org.path)
    const body = await until(async () => {
      const answer = await feed('start=latest')
      return answer.status === 200 && answer.body
    })
    t.same([body.data, body.has_more], [[], false])
    t.match((await feed('start=oldest&limit=1')).body.data, [{ type: 'api_key.created' }])
    t.equal((await feed(`start=latest&cursor=${String(body.next_cursor)}`)).status, 400)
    t.equal((await feed(`start=oldest&cursor=${String(body.next_cursor)}`)).status, 400)
  })

  await t.test('is narrowed to types and to an organization', async (t) => {
    const cursor = await latest(app)
    const [one, two] = [await organization(), await organization()]
    await member(one.path)
    await rename(app, two.path)
    const found = async (query: string, least: number) =>
      typesOf((await drain(app, { path: `/v1/events?${query}`, cursor, least })).events)
    t.same(await found(`types=organization.updated,member.invited`, 2), [
      'member.invited',
      'organization.updated'
    ])
    t.same(await found(`organization_id=${two.id}`, 3), [
      'organization.created',
      'member.joined',
      'organization.updated'
    ])
    t.same(await found(`organization_id=${two.id}&types=organization.*`, 2), [
      'organization.created',
      'organization.updated'
    ])
    t.equal((await found('types=*', 7)).length, (await found('', 7)).length)
  })

  await t.test('moves on past what is not meant', async (t) => {
    const org = await organization()
    const cursor = await latest(app)
    await fillLog(deps.db, org.id, { count: 45_000 })
    const path = '/v1/events?types=group.*'
    const { rows } = await deps.db.execute<{ last: string }>(
      sql`select max(position) as last from events`
    )
    const last = cursorAt(Number(rows[0]?.last))
    const read = await until(async () => {
      const found = await drain(app, { path, cursor, least: 0 })
      return found.cursor === last && found
    })
    t.same(read.events, [])
    await call('POST', `${org.path}/groups`, { body: { name: 'Sales' } })
    const next = await drain(app, { path, cursor: read.cursor, least: 1 })
    t.same(typesOf(next.events), ['group.created'])
  })

  await t.test('shows a limited key its organizations and nothing else', async (t) => {
    const [mine, also, other] = [await organization(), await organization(), await organization()]
    const { key } = await apiKey({ organization_ids: [mine.id, also.id], scopes: ['events:read'] })
    for (const { path } of [other, also, mine]) await rename(app, path)
    const { events } = await drain(app, { path: '/v1/events?limit=2', least: 6 }, { key })
    t.same(
      events.map((event) => [event.organization_id, event.type]),
      [
        ...['organization.created', 'member.joined'].map((type) => [mine.id, type]),
        ...['organization.created', 'member.joined'].map((type) => [also.id, type]),
        [also.id, 'organization.updated'],
        [mine.id, 'organization.updated']
      ]
    )
    const none = await feed(`organization_id=${newId('org')}`, { key })
    t.match(none, { status: 404, body: { code: 'not_found' } })
    for (const query of [
      `organization_id=${other.id}`,
      `organization_id=${other.id}&start=latest`
    ]) {
      const foreign = await feed(query, { key })
      t.same({ ...foreign.body, instance: '' }, { ...none.body, instance: '' })
    }
    t.equal(
      (await feed(`organization_id=${newId('org')}`)).status,
      404,
      'nor is it there for others'
    )
    t.equal((await feed(`organization_id=${mine.id}`, { key })).status, 200)
  })

  await t.test('is for keys with the scope, and for no member', async (t) => {
    const org = await organization()
    const { key } = await apiKey({ scopes: ['members:read'] })
    t.match(await feed('', { key }), { status: 403, body: { scope: 'events:read' } })
    t.equal((await feed('', { key: null })).status, 401)
    t.match(await feed('', { actor: org.as }), {
      status: 400,
      body: { errors: [{ pointer: 'header:/Muster-Actor' }] }
    })
  })

  await t.test('refuses what it does not know', async (t) => {
    const org = await organization()
    await invite(org.path, 'ana@feed.test')
    const { body: page } = await call('GET', `${org.path}/events?limit=1`)
    const wrong = {
      limit: ['limit=0', 'limit=1001', 'limit=x'],
      wait: ['wait=31', 'wait=-1', 'wait=1.5'],
      types: [
        'types=member.exploded',
        'types=member.joined,',
        'types=',
        'types=m%25',
        `types=${Array(51).fill('member.*').join(',')}`
      ],
      organization_id: ['organization_id=acme'],
      start: ['start=yesterday'],
      cursor: [
        `cursor=${String(page.next_cursor)}`,
        'cursor=',
        'cursor=%2B',
        ...['pos_-1', 'pos_1e3', 'pos_01', `pos_${'9'.repeat(16)}`, '7'].map(
          (text) => `cursor=${Buffer.from(text).toString('base64url')}`
        )
      ],
      include_total: ['include_total=true']
    }
    for (const [name, queries] of Object.entries(wrong)) {
      for (const query of queries) {
        const { status, body } = await feed(query)
        t.match([status, body.code], [400, 'invalid_request'], query)
        t.match(body.errors[0].pointer, new RegExp(`^querystring:/${name}`))
      }
    }
    t.equal((await feed(`types=${Array(50).fill('member.*').join(',')}`)).status, 200)
  })

  await t.test('has cursors that outlive what they stand at', async (t) => {
    const org = await organization()
    const cursor = await latest(app)
    await rename(app, org.path, 'Gone')
    await drain(app, { path: '/v1/events', cursor, least: 1 })
    const middle = await latest(app)
    await rename(app, org.path, 'Kept')
    await deps.db.transaction(async (tx) => {
      await tx.execute(sql`set local muster.retention = 'over'`)
      await tx.execute(sql`delete from events
        where position > ${positionOf(cursor)} and position <= ${positionOf(middle)}`)
    })
    for (const from of [cursor, middle]) {
      const { events } = await drain(app, { path: '/v1/events', cursor: from, least: 1 })
      t.same(
        events.map((event) => event.changes['name']?.[1]),
        ['Kept']
      )
    }
  })

  await t.test('waits behind a cursor from beyond the end, until events get there', async (t) => {
    const org = await organization()
    const beyond = cursorAt(1_000_000)
    await rename(app, org.path)
    const { body } = await feed(`cursor=${beyond}&wait=1`)
    t.same(body, { data: [], has_more: false, next_cursor: beyond })
    await deps.db.execute(sql`select setval('event_positions', 1000000)`)
    await rename(app, org.path, 'There')
    const { events } = await drain(app, { path: '/v1/events', cursor: beyond, least: 1 })
    t.same(typesOf(events), ['organization.updated'])
  })
})
