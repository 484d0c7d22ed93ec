import { sql } from 'drizzle-orm'
import type { Test } from 'tap'
import { buildApp } from '../../src/app.js'
import type { Database, Db, Tx } from '../../src/db/client.js'
import { idToUuid } from '../../src/ids.js'
import { type Call, callOn, createTestApp, openDeps, START, type TestApp } from './app.js'
import { untilBlocked } from './database.js'
import { countRows } from './tenants.js'

export type Body = Readonly<Record<string, unknown>>

/** The credits of one organization, by HTTP, as its host moves them. */
export function creditsOf(call: Call, path: string) {
  const headersFor = (key: string | undefined) =>
    key === undefined ? {} : { headers: { 'idempotency-key': key } }
  const transfer = (body: unknown, key?: string) =>
    call('POST', `${path}/credit-transfers`, { body, ...headersFor(key) })
  const batch = (transfers: readonly unknown[], fields: Body = {}) =>
    transfer({ transfers, ...fields })
  const of =
    (kind: string) =>
    (transfer_id: string, fields: Body = {}, key?: string) =>
      transfer({ kind, transfer_id, ...fields }, key)
  return {
    transfer,
    batch,
    topUp: (amount: number, fields: Body = {}) => transfer({ kind: 'top_up', amount, ...fields }),
    allocate: (member_id: string, amount: number) =>
      transfer({ kind: 'allocate', member_id, amount }),
    reclaim: (member_id: string, amount: number) =>
      transfer({ kind: 'reclaim', member_id, amount }),
    move: (member_id: string, to_member_id: string, amount: number) =>
      transfer({ kind: 'move', member_id, to_member_id, amount }),
    spend: (amount: number, fields: Body = {}, key?: string) =>
      transfer({ kind: 'spend', amount, ...fields }, key),
    hold: (amount: number, fields: Body = {}, key?: string) =>
      transfer({ kind: 'hold', amount, ...fields }, key),
    capture: of('capture'),
    release: of('release'),
    refund: of('refund'),
    get: (what: string) => call('GET', `${path}/${what}`)
  }
}

export type Credits = ReturnType<typeof creditsOf>

/** An organization whose policy has credits, with members who are active, and so many in its pool. */
export async function teamWithCredits(
  app: TestApp,
  { members = 0, pool = 0, ...fields }: { members?: number; pool?: number; policy?: string } = {}
) {
  const org = await app.organization({ policy: 'oupi', ...fields })
  const credits = creditsOf(app.call, org.path)
  const people: string[] = []
  for (let n = 0; n < members; n += 1) people.push((await app.member(org.path)).id)
  if (pool > 0) await credits.topUp(pool)
  return { ...org, ...credits, members: people }
}

/** Another instance of the service on the same database: its own connections, its own queue. */
export async function secondInstance(t: Test, first: TestApp, environment = {}) {
  const deps = openDeps(first.databaseUrl, () => first.clock.now, { environment })
  const app = await buildApp(deps)
  t.teardown(async () => {
    await app.close()
    await deps.close()
  })
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return { url, app, deps, call: callOn(url, first.key) }
}

/** Keeps everybody else from these accounts until the transaction ends. */
export async function lockAccounts(tx: Tx, id: string, holders: readonly string[]): Promise<void> {
  for (const holder of holders) {
    await tx.execute(sql`
      select from credit_accounts where organization_id = ${idToUuid('org', id)}
        and holder_id = ${idToUuid('mem', holder)} for no key update`)
  }
}

/** All wait for the accounts of these holders, and get them in this order. */
async function inTurnForAccounts<T>(
  db: Database,
  { id, holders }: { readonly id: string; readonly holders: readonly string[] },
  requests: readonly (() => Promise<T>)[]
): Promise<T[]> {
  const { answers } = await db.transaction(async (tx) => {
    await lockAccounts(tx, id, holders)
    const answers: Promise<T>[] = []
    for (const request of requests) {
      answers.push(request())
      await untilBlocked(db, answers.length)
    }
    return { answers }
  })
  return Promise.all(answers)
}

/** The mode of a team, whatever it has chosen before. */
export async function setMode(db: Db, organizationId: string, mode: string): Promise<void> {
  await db.execute(sql`
    insert into credit_settings (organization_id, mode, updated_at)
    values (${idToUuid('org', organizationId)}, ${mode}, '2030-01-01')
    on conflict (organization_id) do update set mode = excluded.mode`)
}

/** What a transfer does to the accounts: `holder`, `account`, and by how much. */
const MOVED = sql.raw(`moved as (
  select organization_id, from_id as holder_id, from_account as account, -amount as amount
  from credit_transfers
  union all
  select organization_id, to_id, to_account, amount from credit_transfers)`)

/**
 * Everything in which the accounts of an organization differ from their history, one line each; none
 * when no credit was lost or made.
 */
export async function conservation(db: Db, organizationId: string): Promise<string[]> {
  const id = idToUuid('org', organizationId)
  const { rows } = await db.execute<{ fault: string }>(sql`
    with ${MOVED}, replayed as (
      select holder_id,
        coalesce(-sum(amount) filter (where account = 'issued'), 0) as issued,
        coalesce(sum(amount) filter (where account in ('pool', 'member')), 0) as balance,
        coalesce(sum(amount) filter (where account = 'held'), 0) as held,
        coalesce(sum(amount) filter (where account = 'spent'), 0) as spent
      from moved where organization_id = ${id} group by holder_id),
    accounts as (select * from credit_accounts where organization_id = ${id}),
    used as (
      select coalesce(member_id, '00000000-0000-0000-0000-000000000000') as holder_id,
        sum(case kind when 'refund' then -amount else amount end) as used
      from credit_transfers
      where organization_id = ${id} and kind in ('spend', 'capture', 'refund') group by 1),
    holds as (
      select holder_id, sum(amount) as held from credit_holds
      where organization_id = ${id} group by 1),
    lots as (
      select holder_id, sum(remaining) as remaining from credit_lots
      where organization_id = ${id} group by 1)
    select format('%s: accounts say %s, history says %s', coalesce(a.holder_id, r.holder_id),
      row(a.issued, a.balance, a.held, a.spent), row(r.issued, r.balance, r.held, r.spent)) as fault
    from accounts a full join replayed r using (holder_id)
    where (coalesce(a.issued, 0), coalesce(a.balance, 0), coalesce(a.held, 0), coalesce(a.spent, 0))
      is distinct from
      (coalesce(r.issued, 0), coalesce(r.balance, 0), coalesce(r.held, 0), coalesce(r.spent, 0))
    union all
    select format('%s accounts hold %s of %s that were issued', count(*),
      sum(balance + held + spent), sum(issued))
    from accounts having sum(balance + held + spent) <> sum(issued)
    union all
    select format('%s has less than nothing', holder_id) from accounts
    where least(issued, balance, held, spent, used) < 0
    union all
    select format('%s used %s, history says %s', holder_id, coalesce(a.used, 0), coalesce(u.used, 0))
    from accounts a full join used u using (holder_id)
    where coalesce(a.used, 0) <> coalesce(u.used, 0)
    union all
    select format('%s holds %s, of which %s are open', holder_id, coalesce(a.held, 0),
      coalesce(h.held, 0))
    from accounts a full join holds h using (holder_id)
    where coalesce(a.held, 0) <> coalesce(h.held, 0)
    union all
    select format('%s has %s, of which %s expire', holder_id, coalesce(balance, 0), remaining)
    from lots left join accounts using (holder_id) where remaining > coalesce(balance, 0)
    union all
    select format('key %s was done %s times', idempotency_key, count(*)) from credit_transfers
    where organization_id = ${id} and idempotency_key is not null
    group by idempotency_key having count(*) > 1
    union all
    select format('hold %s ended %s times', of_id, count(*)) from credit_transfers
    where organization_id = ${id} and ends_hold group by of_id having count(*) > 1
    union all
    select format('of %s, %s were refunded of %s', s.id, sum(r.amount), s.amount)
    from credit_transfers r join credit_transfers s
      on s.organization_id = r.organization_id and s.id = r.of_id
    where r.organization_id = ${id} and r.kind = 'refund'
    group by s.id, s.amount having sum(r.amount) > s.amount
    union all
    select format('hold %s of %s came to %s', h.id, h.amount, sum(e.amount))
    from credit_transfers e join credit_transfers h
      on h.organization_id = e.organization_id and h.id = e.of_id
    where e.organization_id = ${id} and h.kind = 'hold'
    group by h.id, h.amount having sum(e.amount) <> h.amount`)
  return rows.map(({ fault }) => fault)
}

/** Two instances on one database, and connections beside theirs, which what waits in them may take. */
export async function twoInstances(t: Test) {
  const app = await createTestApp(t)
  const { clock } = app
  const beside = openDeps(app.databaseUrl, () => clock.now)
  t.teardown(() => beside.close())
  const second = await secondInstance(t, app)
  const teams: string[] = []

  /** A team whose credits are moved by both. */
  async function begin(fields: { members?: number; pool?: number }) {
    clock.now = START
    const org = await teamWithCredits(app, fields)
    teams.push(org.id)
    return { ...org, other: creditsOf(second.call, org.path) }
  }

  /** The requests wait for the accounts, and get them in this order. */
  const atOnce = <T>(
    { id }: { readonly id: string },
    holders: readonly string[],
    requests: readonly (() => Promise<T>)[]
  ) => inTurnForAccounts(beside.db, { id, holders }, requests)

  return { app, beside, second, teams, begin, atOnce }
}

/** Asserts that what is done leaves no trace in any table of an organization. */
export const leavesNothing =
  (db: Db, id: string) =>
  async (t: Test, work: () => Promise<void>): Promise<void> => {
    const before = await countRows(db, id)
    await work()
    t.same(await countRows(db, id), before)
    t.same(await conservation(db, id), [])
  }
