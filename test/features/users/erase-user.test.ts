import { sql } from 'drizzle-orm'
import t from 'tap'
import type { Leaves } from '../../../src/db/tables/events.js'
import { hashLeaf } from '../../../src/features/events/personal.js'
import { createTestApp } from '../../helpers/app.js'
import { conservation, teamWithCredits } from '../../helpers/credits.js'
import { dumpRows } from '../../helpers/dump.js'
import { policyLike } from '../../helpers/policies.js'

const SEALED = ['idempotency_keys']

await t.test('a person is forgotten in every organization at once', async (t) => {
  const app = await createTestApp(t, { eventsByHand: true })
  const { call, organization, invite, accept, deps } = app
  const [one, two] = [await organization(), await organization()]
  const email = 'Zoé.Quinn@forgotten.test'
  const user = { id: 'u_zoe', email, name: 'Zoé' }
  for (const { path } of [one, two]) {
    const { token } = await invite(path, email, { name: 'Zoé' })
    await accept(token, user)
  }
  const memberOf = async (path: string) =>
    (await call('GET', `${path}/members?user_id=u_zoe`)).body.data[0]?.id as string
  const [first, second] = [await memberOf(one.path), await memberOf(two.path)]
  const namesake = await invite(one.path, 'other@kept.test', { name: 'Zoé' })
  // More than one page of events names the person.
  await deps.db.execute(sql`
    with more as (
      insert into events (organization_id, id, keep_until, type, occurred_at, actor_type, subject_type,
        subject_id, data, changes)
      select organization_id, gen_random_uuid(), keep_until, type, occurred_at, actor_type,
        subject_type, subject_id, data, changes
      from events, generate_series(1, 700) where type = 'member.joined' and subject_id = ${first}
      returning organization_id, id, keep_until)
    insert into event_personal (organization_id, event_id, keep_until, leaves)
    select organization_id, id, keep_until, jsonb_build_object(
      'data.email', jsonb_build_array(${email}::text, 'salt'),
      'data.note', jsonb_build_array('as Zoé wished', 'salt'))
    from more`)

  await t.test('a membership that is left keeps all of them', async (t) => {
    await call('DELETE', `${one.path}/members/${first}`)
    const { status, body } = await call('POST', '/v1/users/u_zoe/erase')
    t.match([status, body.code, body.organization_ids], [409, 'user_still_member', [two.id]])
    t.equal((await call('GET', `${one.path}/members/${first}`)).body.email, email)
  })

  await t.test('one statement after the other, however many events there are', async (t) => {
    await call('DELETE', `${two.path}/members/${second}`)
    const { status, body } = await call('POST', '/v1/users/u_zoe/erase')
    t.match([status, body.members], [200, 2])
    t.ok(body.events > 700)
    const rows = JSON.stringify(await dumpRows(deps.db, SEALED))
    for (const text of ['u_zoe', email, email.toLowerCase()]) t.notOk(rows.includes(text), text)
  })

  await t.test('a name within a sentence, and of somebody else, is not touched', async (t) => {
    const { body } = await call('GET', `${one.path}/members/${namesake.invitation.member_id}`)
    t.match([body.name, body.email], ['Zoé', 'other@kept.test'])
    const { rows } = await deps.db.execute(sql`
      select count(*)::int as kept from event_personal
      where leaves #>> '{data.note,0}' = 'as Zoé wished'`)
    t.same(rows, [{ kept: 700 }])
  })
})

await t.test('of a person’s credits it is told what there was, and forgotten why', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const team = await teamWithCredits(app, { pool: 1_000 })
  await call('PUT', `${team.path}/credit-settings`, { body: { mode: 'on_demand' } })
  const [ana, bo] = [await app.member(team.path), await app.member(team.path)]
  const ask = async ({ as }: { as: string }, reason: string) => {
    const body = { amount: 50, reason, metadata: { about: reason } }
    const { body: asked } = await call('POST', `${team.path}/credit-requests`, { body, actor: as })
    return `${team.path}/credit-requests/${String(asked.id)}`
  }
  const decide = (at: string, verb: string, note: string) =>
    call('POST', `${at}/${verb}`, { body: { note } })
  const [first, second] = [await ask(ana, 'for my illness'), await ask(ana, 'for my move')]
  const kept = await ask(bo, 'for the handbook')
  t.equal((await decide(first, 'approve', 'get well')).status, 200)
  t.equal((await decide(second, 'deny', 'no more')).status, 200)
  await team.spend(20, { member_id: ana.id })

  const { body: told } = await call('GET', `/v1/users/${ana.userId}/export`)
  t.match(told.credit_accounts, [
    { organization_id: team.id, member_id: ana.id, unused: 30, spent: 20, used: 20, requests: 1 }
  ])
  t.match(told.credit_requests, [
    { amount: 50, reason: 'for my illness', status: 'approved', note: 'get well' },
    { amount: 50, reason: 'for my move', status: 'denied', note: 'no more' }
  ])
  t.equal(told.credit_requests.length, 2, 'nobody else’s')

  await call('DELETE', `${team.path}/members/${ana.id}?confirm=true`)
  t.equal((await call('POST', `/v1/users/${ana.userId}/erase`)).status, 200)
  const rows = JSON.stringify(await dumpRows(deps.db, SEALED))
  for (const text of ['for my illness', 'for my move', 'get well', 'no more']) {
    t.notOk(rows.includes(text), text)
  }
  t.match((await call('GET', first)).body, {
    amount: 50,
    status: 'approved',
    reason: null,
    note: null,
    metadata: {}
  })
  t.match((await call('GET', kept)).body, { reason: 'for the handbook' })
  t.match((await team.get('credits')).body, { total: 1_000, unallocated: 980, spent: 20 })
  t.same(await conservation(deps.db, team.id), [])
})

await t.test(
  'nor does anything of where they acted from, or what was answered of it, stay',
  async (t) => {
    const app = await createTestApp(t)
    const { call, deps, invite, accept } = app
    const policy = await policyLike(app, 'standard', { invitations: { email_must_match: false } })
    const org = await app.organization({ policy })
    const [invited, email] = ['quirin@before.test', 'quirin@forgotten.test']
    const { token } = await invite(org.path, invited, { role: 'admin' })
    const { body: member } = await accept(token, { id: 'u_quirin', email, name: 'Quirin Quast' })
    await call('PATCH', org.path, {
      actor: 'user:u_quirin',
      headers: {
        'muster-actor-ip': '203.0.113.77',
        'muster-actor-user-agent': 'Quirinal/1.0'
      },
      body: { name: 'Renamed' }
    })
    await call('PATCH', '/v1/users/u_quirin', { body: { name: 'Quirin Quandt' } })
    await call('DELETE', `${org.path}/members/${String(member.id)}`)
    await deps.db.execute(sql`
    with told as (
      insert into webhook_deliveries (organization_id, id, endpoint_id, event_id, event_keep_until,
        event_type, position, status, attempts, created_at, ended_at)
      select organization_id, gen_random_uuid(), gen_random_uuid(), id, keep_until, type, position,
        'delivered', 1, occurred_at, occurred_at from events where subject_id = ${member.id}
      returning organization_id, id)
    insert into webhook_attempts (organization_id, delivery_id, number, attempted_at, latency_ms,
      status_code, response_headers, response_body)
    select organization_id, id, 1, now(), 5, 200, jsonb_build_object('x-user', ${email}::text),
      'welcome Quirin Quast' from told`)
    const texts = ['u_quirin', invited, email, 'Quirin', '203.0.113.77', 'Quirinal/1.0']
    const there = JSON.stringify(await dumpRows(deps.db, SEALED))
    for (const text of texts) t.ok(there.includes(text), text)
    const hashes = async () => {
      const { rows } = await deps.db.execute<{ leaves: Leaves }>(sql`
      select leaves from event_personal order by organization_id, event_id`)
      return rows.map(({ leaves }) =>
        Object.fromEntries(Object.entries(leaves).map(([path, leaf]) => [path, hashLeaf(leaf)]))
      )
    }
    const before = await hashes()

    t.equal((await call('POST', '/v1/users/u_quirin/erase')).status, 200)
    const rows = JSON.stringify(await dumpRows(deps.db, SEALED))
    for (const text of texts) t.notOk(rows.includes(text), text)
    t.same((await hashes()).slice(0, before.length), before, 'what seals cover is as it was')
    const { rows: blotted } = await deps.db.execute<{ leaf: unknown[] }>(sql`
    select leaf.value as leaf from event_personal, jsonb_each(leaves) leaf
    where jsonb_array_length(leaf.value) = 3`)
    t.ok(blotted.length > 5)
    for (const { leaf } of blotted) t.equal(leaf[1], null, 'without its salt')
  }
)
