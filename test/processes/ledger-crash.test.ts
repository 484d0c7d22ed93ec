import { eq } from 'drizzle-orm'
import t, { type Test } from 'tap'
import { createDb, createPool } from '../../src/db/client.js'
import { creditTransfers } from '../../src/db/tables/credits.js'
import { conservation } from '../helpers/credits.js'
import { createTestDatabase, until } from '../helpers/database.js'
import { onItsOwn, serverPid } from '../helpers/embedded.js'
import { type LedgerLoad, startLedgerLoad } from '../helpers/ledger-load.js'
import {
  type Client,
  clientOf,
  deploymentOn,
  freePort,
  openServerOf,
  PATIENCE_MS,
  startMuster,
  usedDataDir
} from '../helpers/processes.js'

t.setTimeout(6 * PATIENCE_MS)

const CLIENTS = 16
const ROUNDS = 3
/** Transfers that are answered between a start and the next kill, at least. */
const BETWEEN_KILLS = 100
const MEMBERS = 4

/** A team with more credits than anybody will spend. */
async function createTeam(call: Client) {
  const owner = { user_id: 'u_olga', email: 'olga@acme.test', name: 'Olga' }
  const { body: organization } = await call('POST', '/v1/organizations', {
    name: 'Acme',
    owner,
    policy: 'oupi',
    billing: { entitlements: ['team'] }
  })
  const path = `/v1/organizations/${organization.id}`
  const people = Array.from({ length: MEMBERS }, (_, n) => ({
    email: `m${n}@acme.test`,
    user_id: `u_${n}`
  }))
  const { body: imported } = await call('POST', `${path}/members`, { members: people })
  const members: string[] = imported.data.map(({ member }: { member: { id: string } }) => member.id)
  await call('POST', `${path}/credit-transfers`, {
    all_or_nothing: true,
    transfers: [
      { kind: 'top_up', amount: 10_000_000 },
      ...members.map((member_id) => ({ kind: 'allocate', member_id, amount: 1_000_000 }))
    ]
  })
  return { id: organization.id as string, path, members }
}

/** Waits until that many more have been answered. */
async function untilAnswered({ acknowledged }: LedgerLoad, count: number): Promise<void> {
  const from = acknowledged.length
  await until(async () => acknowledged.length >= from + count, PATIENCE_MS)
}

interface Outcome {
  readonly databaseUrl: string
  readonly id: string
  readonly load: LedgerLoad
}

/** Everything that was answered is there, once, and nothing else. */
async function compare(t: Test, { databaseUrl, id, load }: Outcome): Promise<void> {
  const { acknowledged } = load
  t.same(load.wrong, [])
  t.ok(load.unanswered() > 0, `${load.unanswered()} requests got no answer`)
  t.ok(acknowledged.length > ROUNDS * BETWEEN_KILLS, `${acknowledged.length} transfers`)
  const pool = createPool({ url: databaseUrl, max: 2, onError: () => undefined })
  try {
    const db = createDb(pool)
    const rows = await db
      .select()
      .from(creditTransfers)
      .where(eq(creditTransfers.organizationId, id))
    const told = ({ id, kind, amount }: { id: string; kind: string; amount: number }) =>
      `${kind} of ${amount}: ${id}`
    const written = new Map(
      rows.flatMap((row) => (row.idempotencyKey === null ? [] : [[row.idempotencyKey, told(row)]]))
    )
    const lost = acknowledged.filter((one) => written.get(one.key) !== told(one))
    t.same(lost, [], 'what was answered is there')
    t.equal(new Set(acknowledged.map(({ id }) => id)).size, acknowledged.length)
    t.equal(written.size, acknowledged.length, 'and nothing else was done under a key')
    t.same(await conservation(db, id), [])
  } finally {
    await pool.end()
  }
}

await t.test('a kill -9 of the API under load loses no transfer and doubles none', async (t) => {
  const databaseUrl = await createTestDatabase(t)
  const environment = { ...deploymentOn(databaseUrl), PORT: String(await freePort()) }
  let muster = await startMuster(t, 'api', environment)
  const key = environment.MUSTER_API_KEY
  const team = await createTeam(clientOf(muster, key))
  const load = startLedgerLoad({ muster, key, ...team }, CLIENTS)
  for (let round = 0; round < ROUNDS; round += 1) {
    await untilAnswered(load, BETWEEN_KILLS)
    await muster.kill()
    muster = await startMuster(t, 'api', environment)
  }
  await untilAnswered(load, BETWEEN_KILLS)
  await load.stop()
  await compare(t, { databaseUrl, id: team.id, load })
})

await t.test('nor does a kill -9 of PostgreSQL, alone or with Muster', onItsOwn, async (t) => {
  const { dataDir, key } = await usedDataDir(t)
  const environment = { MUSTER_DATA_DIR: dataDir, PORT: String(await freePort()) }
  let muster = await startMuster(t, 'start', environment)
  const team = await createTeam(clientOf(muster, key))
  const load = startLedgerLoad({ muster, key, ...team }, CLIENTS)
  for (let round = 0; round < ROUNDS; round += 1) {
    await untilAnswered(load, BETWEEN_KILLS)
    process.kill(await serverPid(dataDir), 'SIGKILL')
    // Without its database it ends by itself.
    await (round === 1 ? muster.kill() : muster.exited())
    muster = await startMuster(t, 'start', environment)
  }
  await untilAnswered(load, BETWEEN_KILLS)
  await load.stop()
  const server = await openServerOf(t, dataDir)
  await compare(t, { databaseUrl: server.url, id: team.id, load })
  await server.stop()
  await muster.stop()
})
