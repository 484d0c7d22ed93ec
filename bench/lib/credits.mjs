import { encodeId } from '../baseline/ids.mjs'
import { untilQuiet } from './offers.mjs'
import { seedActive, seedOrganizations } from './seed.mjs'

/** More than any measurement spends. */
const ISSUED = 1_000_000_000_000
const PER_MEMBER = 1_000_000
const BATCH = 1_000

/**
 * An organization that has credits and, with its owner, so many active members; `memberIds` are the
 * others. With `mode`, it has chosen that; with `allocated`, each of the others has its own credits.
 */
export async function seedCredits({ pool, server, members, mode, allocated }) {
  const [{ uuid, path }] = await seedOrganizations(pool, 1)
  await pool.query(`update organizations set policy_key = 'oupi' where id = $1`, [uuid])
  const ids = await seedActive(pool, uuid, members - 1)
  await pool.query(`insert into credit_settings values ($1, $2, null, now())`, [uuid, mode])
  await postJson(server, `${path}/credit-transfers`, { kind: 'top_up', amount: ISSUED })
  const memberIds = ids.map((id) => encodeId('mem', id))
  if (allocated) await allocate(server, path, memberIds)
  await pool.query('vacuum analyze')
  return { uuid, path, memberIds }
}

async function allocate(server, path, memberIds) {
  for (let start = 0; start < memberIds.length; start += BATCH) {
    const transfers = memberIds
      .slice(start, start + BATCH)
      .map((member_id) => ({ kind: 'allocate', amount: PER_MEMBER, member_id }))
    await postJson(server, `${path}/credit-transfers`, { transfers, all_or_nothing: true })
  }
}

/** The answer, and how long it took. */
export async function postJson({ ready: { url, headers } }, path, body) {
  const start = performance.now()
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: JSON.stringify(body)
  })
  const text = await response.text()
  const ms = performance.now() - start
  if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
  return { ms, answer: JSON.parse(text) }
}

/** What the ledger says once it is at rest. Throws unless balances and transfers are the same. */
export async function readLedger(pool, { uuid }) {
  await untilQuiet(pool)
  const { rows } = await pool.query(READ_LEDGER, [uuid])
  const { issued, total, spent, spends, written, allocated } = rows[0]
  if (total !== issued || spent !== written) {
    throw new Error(`the ledger does not add up: ${JSON.stringify(rows[0])}`)
  }
  return { spends: Number(spends), allocated: Number(allocated) }
}

const READ_LEDGER = `
  select sum(issued) as issued, sum(balance + held + spent) as total, sum(spent) as spent,
    (select count(*) from credit_transfers
      where organization_id = $1 and kind = 'spend') as spends,
    (select coalesce(sum(amount), 0) from credit_transfers
      where organization_id = $1 and kind = 'spend') as written,
    (select count(*) from credit_transfers
      where organization_id = $1 and kind = 'allocate') as allocated
  from credit_accounts where organization_id = $1`
