import { sql } from 'drizzle-orm'
import t from 'tap'
import { findDifferences } from '../../../src/features/credits/find-differences.js'
import { createTestApp, START } from '../../helpers/app.js'
import { conservation } from '../../helpers/credits.js'
import { dumpRows } from '../../helpers/dump.js'
import { sealLog, verifyAll } from '../../helpers/sealed-log.js'
import { countRows } from '../../helpers/tenants.js'
import { GONE, KEPT, leaveTraces } from '../../helpers/traces.js'

const SEALED = ['idempotency_keys']

await t.test('of a person who left traces everywhere', async (t) => {
  const app = await createTestApp(t)
  const { call, deps } = app
  const team = await leaveTraces(app)
  const { one, two, three, own, taken, nameless, told, ok } = team
  const textOf = async () => JSON.stringify(await dumpRows(deps.db, SEALED))
  const before = await textOf()
  for (const text of [...GONE, ...KEPT]) t.ok(before.includes(text), `${text} is there`)
  await sealLog(deps)
  const places = [one, two, three]
  const asOf = async (path: string, at: string) =>
    (await call('GET', `${path}/members?as_of=${at}&limit=100`)).body.data as {
      [field: string]: unknown
    }[]
  const then = new Date(START.getTime() + 3_000).toISOString()
  const history = async () => ({
    counts: await Promise.all(places.map(({ id }) => countRows(deps.db, id))),
    billing: (await deps.db.execute(sql`select * from billing_entries order by id`)).rows,
    accounts: (await deps.db.execute(sql`select * from credit_accounts order by holder_id`)).rows,
    transfers: (
      await deps.db.execute(sql`
        select id, kind, amount, from_account, from_id, to_account, to_id, member_id, balance,
          idempotency_key, created_at from credit_transfers order by id`)
    ).rows,
    asOf: (await asOf(one.path, then)).map(({ id, role, status }) => ({ id, role, status }))
  })
  const was = await history()

  await t.test('OUPI-106: everything is told, also what no membership says any more', async (t) => {
    t.match(told.memberships, { length: 2 })
    const here = told.memberships.find((one: { member_id: string }) => one.member_id === own.id)
    t.match(here, {
      email: 'quirin@third.test',
      avatar_url: 'https://cdn.test/quirin-2.png',
      last_sign_in_at: '2030-01-01T05:06:07.000Z',
      metadata: { desk: 'near the door' }
    })
    t.match(told.former_identities, { length: 3 })
    const emails = told.former_identities.map(({ email }: { email: string }) => email)
    t.same(emails.sort(), ['Quirin@Second.test', 'quirin@first.test', 'quirin@first.test'])
    t.match(told.groups, [{ member_id: own.id, group_id: team.group.id, name: 'Design' }])
    t.match(told.grants, [{ member_id: own.id, external_id: team.held.externalId, mode: 'member' }])
    t.match(told.owned_resources, [{ member_id: own.id, external_id: team.owned.externalId }])
    t.same([told.grants.length, told.owned_resources.length], [1, 1])
    t.same(
      told.credit_transfers.map((one: { reason: string | null }) => one.reason),
      ['a gift of his', null, 'for his thesis']
    )
    t.match(told.invitations, { length: 3 })
    const types = told.events.map(({ type }: { type: string }) => type)
    t.ok(types.includes('reassignment.completed'))
    const { body: later } = await call('GET', '/v1/users/u_quirin/export')
    t.match(later.memberships, { length: 2 })
    t.match(later.former_identities, { length: 4 })
    t.same(
      later.memberships.map((one: { status: string }) => one.status),
      ['removed', 'removed']
    )
    t.ok(!JSON.stringify(later).includes('Hedda'), 'nothing of whoever has the seat now')
  })

  await t.test('OUPI-106: nothing of them is left in any table', async (t) => {
    const { status, body } = await call('POST', '/v1/users/u_quirin/erase')
    t.match([status, body.members, body.invitations], [200, 3, 3])
    const rows = await dumpRows(deps.db, SEALED)
    const everything = JSON.stringify(rows)
    for (const text of GONE) {
      const where = Object.entries(rows).filter(([, of]) => of.some((row) => row.includes(text)))
      t.same(
        where.map(([table]) => table),
        [],
        text
      )
    }
    for (const text of [...KEPT, 'for the handbook', 'Design', team.held.externalId]) {
      t.ok(everything.includes(text), `${text} is another’s`)
    }
    t.equal((await call('GET', '/v1/users/u_quirin/export')).status, 404)
    t.equal((await call('POST', '/v1/users/u_quirin/erase')).status, 404)
  })

  await t.test('the host is told once of each seat, and of which ones others have', async (t) => {
    const erased = async (path: string) => (await ok('GET', `${path}/events?type=user.erased`)).data
    t.match(await erased(one.path), [{ subject: { id: own.id }, data: {} }])
    t.match(await erased(two.path), [{ subject: { id: taken.id }, data: { taken_over: true } }])
    t.match(await erased(three.path), [{ subject: { id: nameless.id }, data: {} }])
  })

  await t.test('whoever has the seat now, and what they did, is as it was', async (t) => {
    t.match((await call('GET', taken.path)).body, {
      user_id: 'u_heir',
      email: 'heir@kept.test',
      name: 'Hedda Heir',
      status: 'active'
    })
    const { body } = await call('GET', `${two.path}/events?type=group.created`)
    const [theirs, before] = body.data
    t.match(theirs, { actor: { name: 'Hedda Heir' }, origin: { ip: '203.0.113.88' } })
    t.match(before, { actor: { id: taken.id, name: null }, origin: null })
    const [completed] = (await call('GET', `${two.path}/events?type=reassignment.completed`)).body
      .data
    t.match(completed.changes, {
      user_id: ['erased', 'u_heir'],
      email: ['erased', 'heir@kept.test'],
      name: ['erased', 'Hedda Heir']
    })
  })

  await t.test(
    'seals hold, balances are what the ledger says, and history is what it was',
    async (t) => {
      await sealLog(deps)
      t.same((await verifyAll(deps)).findings, [])
      const differences = []
      for await (const found of findDifferences(deps.db)) differences.push(...found)
      t.same(differences, [])
      t.same(await conservation(deps.db, one.id), [])
      const is = await history()
      for (const part of ['billing', 'accounts', 'transfers', 'asOf'] as const) {
        t.same(is[part], was[part], part)
      }
      is.counts.forEach((counts, n) => {
        const same = ['members', 'invitations', 'credit_transfers', 'billing_entries', 'groups']
        for (const table of same) t.equal(counts[table], was.counts[n]?.[table], table)
        t.equal(counts['events'], (was.counts[n]?.['events'] ?? 0) + 1)
        t.equal(counts['former_identities'], 0)
      })
      const people = await asOf(one.path, then)
      t.match(
        people.find(({ id }) => id === own.id),
        { email: 'erased', status: 'active', role: 'admin' }
      )
      const later = new Date(Date.parse(told.former_identities[0].until)).toISOString()
      t.match(await asOf(one.path, later), { length: 3 })
    }
  )

  await t.test('what was moved can still be read, without the words', async (t) => {
    const { body } = await team.credits.get(`credit-transfers?member_id=${own.id}`)
    t.ok(body.data.length > 3)
    for (const one of body.data) {
      t.same([one.reason, one.reference, one.metadata], [null, null, {}], one.kind)
    }
    const { body: others } = await team.credits.get(`credit-transfers?member_id=${team.bo}`)
    t.ok(others.data.some((one: { reason: string }) => one.reason === 'for the handbook'))
  })
})
