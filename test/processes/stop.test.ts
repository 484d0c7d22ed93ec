import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { openEmbedded } from '../../src/db/embedded.js'
import { createTestDatabase, until } from '../helpers/database.js'
import { connect, onItsOwn, serverPid } from '../helpers/embedded.js'
import {
  type Client,
  clientOf,
  createOrganization,
  deploymentOn,
  type Environment,
  isAlive,
  newDataDir,
  PATIENCE_MS,
  spawnMuster,
  startMuster,
  usedDataDir
} from '../helpers/processes.js'
import { needsRedis, startRedis } from '../helpers/redis.js'
import { startSmtpDouble } from '../helpers/smtp.js'

t.setTimeout(5 * PATIENCE_MS)

const FINE = { code: 0, signal: null }

/** Holds back whatever would change who belongs to the organization. */
async function lockOrganizations(t: Test, databaseUrl: string) {
  const holder = await connect(t, databaseUrl)
  await holder.query('begin')
  await holder.query('select from organizations for update')
  return {
    /** Resolves once a request waits. */
    async untilBlocked() {
      await until(async () => {
        const { rowCount } = await holder.query(`select from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`)
        return rowCount
      }, PATIENCE_MS)
    },
    release: () => holder.query('rollback')
  }
}

const invite = (call: Client, path: string) =>
  call('POST', `${path}/invitations`, { emails: ['ana@acme.test'] })

/** The embedded database of a running Muster, as its guest. */
async function embeddedUrl(dataDir: string): Promise<string> {
  const secrets = JSON.parse(await readFile(join(dataDir, 'secrets.json'), 'utf8')) as {
    postgres_password: string
  }
  const guest = await openEmbedded({ dataDir, password: secrets.postgres_password })
  return guest.url
}

await t.test(
  'a stop lets a request under way finish, and nothing of it remains',
  onItsOwn,
  async (t) => {
    const { dataDir, key } = await usedDataDir(t)
    const muster = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
    const call = clientOf(muster, key)
    const { path } = await createOrganization(call)
    const server = await serverPid(dataDir)
    const lock = await lockOrganizations(t, await embeddedUrl(dataDir))
    const invited = invite(call, path)
    await lock.untilBlocked()

    muster.signal('SIGTERM')
    await until(async () => !(await isListening(muster.url)), PATIENCE_MS)
    await lock.release()
    t.match(await invited, { status: 201, body: { data: [{ status: 'created' }] } })
    t.same(await muster.exited(), FINE)
    t.notOk(isAlive(server), 'its database has stopped as well')
    t.equal(await serverPid(dataDir), 0)
  }
)

async function isListening(url: string): Promise<boolean> {
  return fetch(`${url}/healthz`).then(
    ({ ok }) => ok,
    () => false
  )
}

await t.test('a stop lets a mail under way finish', onItsOwn, async (t) => {
  const { dataDir, key } = await usedDataDir(t)
  const smtp = await startSmtpDouble(t, 'hold')
  const environment = { MUSTER_DATA_DIR: dataDir, SMTP_URL: smtp.url }
  const muster = await startMuster(t, 'start', environment)
  const call = clientOf(muster, key)
  const { path } = await createOrganization(call)
  await invite(call, path)
  await until(async () => smtp.tried.length === 1, PATIENCE_MS)
  muster.signal('SIGTERM')
  await until(async () => !(await isListening(muster.url)), PATIENCE_MS)
  smtp.release()
  t.same(await muster.exited(), FINE)

  const again = await startMuster(t, 'start', environment)
  const { body } = await clientOf(again, key)('GET', `${path}/invitations`)
  t.match(body.data, [{ delivery: 'sent' }], 'it was written down')
  t.equal(smtp.tried.length, 1)
})

await t.test('Ctrl-C, which npm passes on a second time, is one stop', async (t) => {
  const { call, path, muster, lock } = await blocked(t)
  const invited = invite(call, path)
  await lock.untilBlocked()
  muster.signal('SIGINT')
  muster.signal('SIGINT')
  await until(async () => !(await isListening(muster.url)), PATIENCE_MS)
  await lock.release()
  t.equal((await invited).status, 201)
  t.same(await muster.exited(), FINE)
})

await t.test('a second stop, later, ends the process at once', async (t) => {
  const { call, path, muster, lock } = await blocked(t)
  const cut = t.rejects(invite(call, path), 'the request is cut off')
  await lock.untilBlocked()
  muster.signal('SIGTERM')
  const stoppedAt = performance.now()
  await until(async () => performance.now() - stoppedAt > 1_000)
  muster.signal('SIGTERM')
  t.same(await muster.exited(), { code: 1, signal: null })
  await cut
})

/** A service whose organization is locked. */
async function blocked(t: Test) {
  const environment = deploymentOn(await createTestDatabase(t))
  const muster = await startMuster(t, 'api', environment)
  const call = clientOf(muster, environment.MUSTER_API_KEY)
  const { path } = await createOrganization(call)
  const lock = await lockOrganizations(t, environment['DATABASE_URL'] ?? '')
  return { muster, call, path, lock }
}

await t.test('a stop while it is still starting leaves nothing running', onItsOwn, async (t) => {
  const dataDir = await newDataDir(t)
  const muster = await spawnMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
  await until(async () => isAlive(await serverPid(dataDir)), PATIENCE_MS)
  muster.signal('SIGTERM')
  t.same(await muster.exited(), FINE)
  t.match(muster.stdout(), /mk_\w+/, 'the key that was made is shown')
  t.equal(await serverPid(dataDir), 0)
})

await t.test(
  'when the embedded database dies, so does Muster, and both start again',
  onItsOwn,
  async (t) => {
    const { dataDir, key } = await usedDataDir(t)
    const muster = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
    const { path } = await createOrganization(clientOf(muster, key))
    process.kill(await serverPid(dataDir), 'SIGKILL')
    t.same(await muster.exited(), { code: 1, signal: null })
    t.match(muster.stdout(), /The embedded PostgreSQL has ended: start Muster again/)

    const again = await startMuster(t, 'start', { MUSTER_DATA_DIR: dataDir })
    t.equal((await clientOf(again, key)('GET', path)).status, 200)
    t.same(await again.stop(), FINE)
  }
)

await t.test('a Redis that went away does not hold up a stop', needsRedis, async (t) => {
  const redis = await startRedis(t)
  const database = deploymentOn(await createTestDatabase(t))
  const environment: Environment = { ...database, REDIS_URL: redis.url, LOG_LEVEL: 'silent' }
  const both = await Promise.all([
    startMuster(t, 'start', environment),
    startMuster(t, 'worker', environment)
  ])
  const call = clientOf(both[0], database.MUSTER_API_KEY)
  const { path } = await createOrganization(call)
  await redis.stop()
  t.equal((await invite(call, path)).status, 201, 'inviting needs no queue')
  const { status, body } = await call('GET', '/readyz')
  t.match(
    { status, body },
    { status: 503, body: { checks: { database: 'ok', queue: 'unreachable' } } }
  )
  t.same(await Promise.all(both.map((muster) => muster.stop())), [FINE, FINE])
})
