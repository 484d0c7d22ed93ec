import { setTimeout as sleep } from 'node:timers/promises'
import { uuidToId } from '../../src/ids.js'
import type { Load } from './load-run.js'

const QUIET_WITHIN_MS = 10 * 60_000
const POLL_MS = 500
const TOLD_MAX = 5

const OPEN = `select
  (select count(*)::int from jobs where failed_at is null) as jobs,
  (select count(*)::int from webhook_deliveries where status = 'pending') as deliveries`
const FAILED = `select
  (select count(*)::int from jobs where failed_at is not null) as jobs,
  (select count(*)::int from webhook_deliveries where status <> 'delivered') as deliveries`
const SPENDS = `select id::text, idempotency_key, amount::int from credit_transfers
  where kind = 'spend' and idempotency_key is not null`
const MEMBERS = `select id::text, email, status, role from members`
const EVENTS = `select id::text from events
  where position > (select min(position) from events where type = 'webhook_endpoint.created')`

/** Everything that was acknowledged is there, once, and told; answers with what is not. */
export async function verify(load: Load): Promise<readonly string[]> {
  const { service } = load
  const wrong = [...(await untilQuiet(load))]
  const [failed] = await service.query(FAILED)
  for (const [what, count] of Object.entries(failed ?? {})) {
    if (count !== 0) wrong.push(`${String(count)} ${what} have failed`)
  }
  wrong.push(...(await compareSpends(load)), ...(await compareMembers(load)))
  wrong.push(...(await compareDeliveries(load)))
  for (const command of ['audit verify', 'credits verify']) {
    const { code, said } = await service.muster(command)
    if (code !== 0) wrong.push(`${command} ends with ${code}: ${said}`)
  }
  return wrong
}

async function untilQuiet({ service }: Load): Promise<readonly string[]> {
  const end = performance.now() + QUIET_WITHIN_MS
  for (;;) {
    const [open] = await service.query(OPEN)
    if (Object.values(open ?? {}).every((count) => count === 0)) return []
    if (performance.now() > end) return [`left to do: ${JSON.stringify(open)}`]
    await sleep(POLL_MS)
  }
}

async function compareSpends({ service, book }: Load): Promise<readonly string[]> {
  const rows = await service.query(SPENDS)
  const written = new Map<unknown, string>()
  const twice: unknown[] = []
  for (const { id, idempotency_key: key, amount } of rows) {
    if (written.has(key)) twice.push(key)
    written.set(key, toldSpend(uuidToId('trf', String(id)), Number(amount)))
  }
  const lost = [...book.spends]
    .filter(([key, { id, amount }]) => written.get(key) !== toldSpend(id, amount))
    .map(([key]) => key)
  const unknown = [...written.keys()].filter((key) => !book.spends.has(String(key)))
  return [
    ...many('spends were acknowledged and are not there', lost),
    ...many('spends are there twice', twice),
    ...many('spends were made and never acknowledged', unknown)
  ]
}

const toldSpend = (id: string, amount: number) => `${amount}: ${id}`

async function compareMembers({ service, teams, book }: Load): Promise<readonly string[]> {
  const rows = await service.query(MEMBERS)
  const byId = new Map(rows.map((row) => [uuidToId('mem', String(row['id'])), row]))
  const byEmail = new Map<string, number>()
  for (const { email } of rows) {
    byEmail.set(String(email), (byEmail.get(String(email)) ?? 0) + 1)
  }
  const lost = [...book.invited].filter(
    ([email, memberId]) => !byId.has(memberId) || byEmail.get(email) !== 1
  )
  const wrong = teams.flatMap(({ known }) =>
    [...known].flatMap(([id, { status, role, unknown }]) => {
      const row = byId.get(id)
      const isSo = row?.['status'] === status && row['role'] === role
      return unknown || isSo ? [] : [`${id} is ${JSON.stringify(row)}, not ${status} ${role}`]
    })
  )
  return [
    ...many('invitations were acknowledged and are not there, once', lost),
    ...many('members are not what was acknowledged', wrong)
  ]
}

async function compareDeliveries({ service }: Load): Promise<readonly string[]> {
  const rows = await service.query(EVENTS)
  const unsent = rows
    .map(({ id }) => uuidToId('evt', String(id)))
    .filter((id) => !service.consumer.seen.has(id))
  return many('events were not delivered', unsent)
}

const many = (what: string, all: readonly unknown[]) =>
  all.length === 0 ? [] : [`${all.length} ${what}: ${JSON.stringify(all.slice(0, TOLD_MAX))}`]
