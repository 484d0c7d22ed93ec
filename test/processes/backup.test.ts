import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import t, { type Test } from 'tap'
import { createEmptyDatabase, createTestDatabase, until } from '../helpers/database.js'
import { onItsOwn } from '../helpers/embedded.js'
import {
  type Client,
  clientOf,
  createOrganization,
  deploymentOn,
  newDataDir,
  PATIENCE_MS,
  runMuster,
  startMuster,
  usedDataDir
} from '../helpers/processes.js'
import { startSmtpDouble } from '../helpers/smtp.js'

t.setTimeout(5 * PATIENCE_MS)
const run = promisify(execFile)

/** What an organization is called after the backup. */
const LAST_NAME = 'After the backup'

/** What a team has before the backup: a member to be, whose link was sent. */
async function beforeBackup(call: Client) {
  const org = await createOrganization(call)
  const { body } = await call('POST', `${org.path}/invitations`, {
    invitations: [{ email: 'ana@acme.test' }],
    send_email: false
  })
  const token = String(body.data[0].link).split('/').at(-1)
  return { ...org, token }
}

async function acceptAsAna(call: Client, token: string | undefined) {
  const user = { id: 'u_ana', email: 'ana@acme.test', email_verified: true }
  return call('POST', '/v1/invitations/accept', { token, user })
}

const tools = await findTools(process.env['TEST_DATABASE_URL'] ?? '')
const skip = tools === undefined && 'no pg_dump of the version of this server is here'

await t.test('the data folder of a stopped Muster, copied, is a backup', onItsOwn, async (t) => {
  const { dataDir, key } = await usedDataDir(t)
  const muster = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
  const org = await beforeBackup(clientOf(muster, key))
  await muster.stop()
  const backup = await newDataDir(t)
  await run('cp', ['-a', dataDir, backup])

  const later = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
  await clientOf(later, key)('PATCH', org.path, { name: LAST_NAME })
  await later.stop()
  await rm(dataDir, { recursive: true })

  const restored = await startMuster(t, 'start', { MUSTER_DATA_DIR: backup })
  const call = clientOf(restored, key)
  t.match(await call('GET', org.path), { status: 200, body: { name: 'Acme' } })
  t.match(await acceptAsAna(call, org.token), { status: 200, body: { status: 'active' } })
  await restored.stop()
})

/** `pg_dump` and `pg_restore` of the server's version or a newer one; undefined: none is here. */
async function findTools(databaseUrl: string): Promise<string | undefined> {
  const [{ server_version_num: version = 0 } = {}] = await query(
    databaseUrl,
    'show server_version_num'
  )
  const major = Math.floor(Number(version) / 10_000)
  const folders = [major, major + 1, major + 2].map((one) => `/usr/lib/postgresql/${one}/bin`)
  return folders.find((folder) => existsSync(join(folder, 'pg_restore')))
}

async function query(databaseUrl: string, sql: string) {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  return (await client.query<Record<string, unknown>>(sql).finally(() => client.end())).rows
}

await t.test(
  'pg_dump of a running Muster is a backup, from which all goes on',
  { skip },
  async (t) => {
    const databaseUrl = await createTestDatabase(t)
    const smtp = await startSmtpDouble(t)
    const environment = { ...deploymentOn(databaseUrl), SMTP_URL: smtp.url }
    const key = environment.MUSTER_API_KEY
    const api = await startMuster(t, 'api', environment)
    const call = clientOf(api, key)
    const org = await beforeBackup(call)
    const endpoint = await endpointWithSecret(call)
    const spent = await spendCredits(call, 'before')
    // No worker runs yet, so this mail has not been sent when the backup is made.
    await call('POST', `${org.path}/invitations`, { emails: 'bo@acme.test' })
    const restoredUrl = await dumpAndRestore(t, databaseUrl, async () => {
      await call('PATCH', org.path, { name: LAST_NAME })
    })
    const cursor = await endOfFeed(call)
    await api.stop()

    const restored = { ...environment, DATABASE_URL: restoredUrl }
    // As docs/operating.md says: what was told after the backup is not told again as something else.
    await query(
      restoredUrl,
      `select setval('event_positions', last_value + 1000000) from event_positions`
    )
    const again = await startMuster(t, 'api', restored)
    const worker = await startMuster(t, 'worker', restored)
    const recall = clientOf(again, key)
    t.match(await recall('GET', org.path), { status: 200, body: { name: 'Acme' } })
    t.match(await acceptAsAna(recall, org.token), { status: 200, body: { status: 'active' } })
    t.match(await spendCredits(recall, 'before', spent.path), { body: { id: spent.body.id } })
    await until(async () => smtp.received.some(({ to }) => to === 'bo@acme.test'), PATIENCE_MS)
    const rotated = await recall('POST', `/v1/webhook-endpoints/${endpoint}/rotate-secret`)
    t.equal(rotated.status, 200, 'what the backup has encrypted can be read')

    await t.test('a consumer goes on where it was, and misses nothing', async (t) => {
      const told = await until(async () => {
        const { body } = await recall('GET', `/v1/events?cursor=${cursor}`)
        const types: string[] = body.data.map(({ type }: { type: string }) => type)
        return types.includes('member.joined') && types
      }, PATIENCE_MS)
      const ofAna = told.filter((type) => /^(invitation\.accepted|member\.joined)$/.test(type))
      t.same(ofAna, ['invitation.accepted', 'member.joined'], 'beside what the worker has done')
    })

    await t.test('log and ledger are as they were sealed and written', async (t) => {
      for (const command of ['audit verify', 'credits verify']) {
        const { code, stdout } = await runMuster(t, command, restored)
        t.equal(code, 0, stdout)
      }
    })
    await Promise.all([again.stop(), worker.stop()])
  }
)

async function endpointWithSecret(call: Client): Promise<string> {
  const { body } = await call('POST', '/v1/webhook-endpoints', {
    url: 'https://hooks.example.com/muster',
    event_types: ['organization.deleted']
  })
  return body.id
}

/** The same spend under the same key is one spend, also after a restore. */
async function spendCredits(call: Client, key: string, path?: string) {
  const on = path ?? (await organizationWithCredits(call))
  const { body } = await call(
    'POST',
    `${on}/credit-transfers`,
    { kind: 'spend', amount: 3 },
    { 'idempotency-key': key }
  )
  return { path: on, body }
}

async function organizationWithCredits(call: Client): Promise<string> {
  const owner = { user_id: 'u_max', email: 'max@acme.test' }
  const { body } = await call('POST', '/v1/organizations', {
    name: 'Acme AI',
    policy: 'oupi',
    billing: { entitlements: ['team'] },
    owner
  })
  const path = `/v1/organizations/${body.id}`
  await call('PUT', `${path}/credit-settings`, { mode: 'shared_pool' })
  await call('POST', `${path}/credit-transfers`, { kind: 'top_up', amount: 100 })
  return path
}

/** Where a consumer is that has read everything: transactions elsewhere on the server may hold it back. */
async function endOfFeed(call: Client): Promise<string> {
  return until(async () => {
    const { body } = await call('GET', '/v1/events?limit=1000')
    const { type, changes } = body.data.at(-1) ?? {}
    return type === 'organization.updated' && changes.name[1] === LAST_NAME && body.next_cursor
  }, PATIENCE_MS)
}

async function dumpAndRestore(t: Test, databaseUrl: string, meanwhile: () => Promise<void>) {
  const folder = await mkdtemp(join(tmpdir(), 'muster-backup-'))
  t.teardown(() => rm(folder, { recursive: true }))
  const file = join(folder, 'muster.dump')
  await run(join(tools ?? '', 'pg_dump'), ['--format=custom', `--file=${file}`, databaseUrl])
  await meanwhile()
  const restoredUrl = await createEmptyDatabase(t)
  await run(join(tools ?? '', 'pg_restore'), [
    '--no-owner',
    '--exit-on-error',
    `--dbname=${restoredUrl}`,
    file
  ])
  return restoredUrl
}
