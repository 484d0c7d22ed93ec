import { rename, writeFile } from 'node:fs/promises'
import t, { type Test } from 'tap'
import { fileClock } from '../../src/clock.js'
import { loadConfig } from '../../src/config.js'
import { jobs } from '../../src/db/tables/jobs.js'
import { buildDeps, type Deps } from '../../src/deps.js'
import { JOBS, SWEEPS } from '../../src/jobs/index.js'
import { HAND_OVER_AGAIN_MS, relayJobs } from '../../src/jobs/relay.js'
import { DAY_MS, START } from '../helpers/app.js'
import { createTestDatabase, until } from '../helpers/database.js'
import { onItsOwn } from '../helpers/embedded.js'
import {
  type Client,
  clientOf,
  createOrganization,
  deploymentOn,
  type Environment,
  PATIENCE_MS,
  startMuster,
  usedDataDir
} from '../helpers/processes.js'
import { needsRedis, startRedis } from '../helpers/redis.js'
import { type SmtpDouble, startSmtpDouble } from '../helpers/smtp.js'

t.setTimeout(5 * PATIENCE_MS)
/** All at once: they mostly wait for what a queue does in its own time. */
t.jobs = 5
const together = { buffered: true }

const untilTried = (smtp: SmtpDouble) => until(async () => smtp.tried[0], PATIENCE_MS)
const messageIds = ({ tried }: SmtpDouble) => [...new Set(tried.map(({ messageId }) => messageId))]

async function untilDelivered(call: Client, path: string, email: string): Promise<void> {
  await until(async () => {
    const { body } = await call('GET', `${path}/invitations?email=${email}`)
    return body.data[0].delivery === 'sent'
  }, PATIENCE_MS)
}

for (const { when, manner } of [
  { when: 'right after the 201', manner: 'accept' },
  { when: 'in the middle of sending', manner: 'hold' }
] as const) {
  void t.test(
    `a kill -9 ${when} loses no mail, and makes no second one`,
    { ...together, ...onItsOwn },
    async (t) => {
      const { dataDir, key } = await usedDataDir(t)
      const smtp = await startSmtpDouble(t, manner)
      const environment = { MUSTER_DATA_DIR: dataDir, SMTP_URL: smtp.url }
      const muster = await startMuster(t, 'start', environment)
      const call = clientOf(muster, key)
      const { path } = await createOrganization(call)
      const { status } = await call('POST', `${path}/invitations`, { emails: 'ana@acme.test' })
      t.equal(status, 201)
      if (manner === 'hold') await untilTried(smtp)
      await muster.kill()

      smtp.manner = 'accept'
      const again = await startMuster(t, 'start', environment)
      await untilDelivered(clientOf(again, key), path, 'ana@acme.test')
      t.match(smtp.received.at(-1), { to: 'ana@acme.test', text: /You are invited to join Acme/ })
      t.equal(messageIds(smtp).length, 1, 'whoever got it twice sees it once')
      t.same(await again.stop(), { code: 0, signal: null })
    }
  )
}

/** What a process of this environment has, in this one. */
function depsOf(t: Test, environment: Environment): Deps {
  const config = loadConfig({ ...environment, LOG_LEVEL: 'silent' })
  const { databaseUrl = '', linkSecrets, encryptionKeys, testClockFile } = config
  if (!linkSecrets || !encryptionKeys) throw new Error('deploymentOn sets both')
  const clock = testClockFile === undefined ? {} : { now: fileClock(testClockFile) }
  const deps = buildDeps({ config, databaseUrl, linkSecrets, encryptionKeys, ...clock })
  t.teardown(() => deps.close())
  return deps
}

for (const { queue, options } of [
  { queue: 'PostgreSQL', options: together },
  { queue: 'Redis', options: { ...together, ...needsRedis } }
]) {
  void t.test(
    `a worker on ${queue} that is killed in a mail server’s bad time`,
    options,
    async (t) => {
      const smtp = await startSmtpDouble(t, 'refuse')
      const redis = queue === 'Redis' ? { REDIS_URL: (await startRedis(t)).url } : {}
      const database = deploymentOn(await createTestDatabase(t))
      const environment = { ...database, ...redis, SMTP_URL: smtp.url }
      const { db } = depsOf(t, environment)
      const [api, worker] = await Promise.all([
        startMuster(t, 'api', environment),
        startMuster(t, 'worker', environment)
      ])
      const call = clientOf(api, database.MUSTER_API_KEY)
      const { path } = await createOrganization(call)
      await call('POST', `${path}/invitations`, { emails: ['ana@acme.test'] })
      await until(async () => {
        const [row] = await db.select().from(jobs)
        return row?.lastError?.includes('Try again later')
      }, PATIENCE_MS)
      await worker.kill()

      smtp.manner = 'accept'
      const next = await startMuster(t, 'worker', environment)
      await untilDelivered(call, path, 'ana@acme.test')
      t.match(smtp.received, [{ to: 'ana@acme.test' }], 'the next worker sends it')
      t.equal(messageIds(smtp).length, 1)
      await until(async () => (await db.select().from(jobs)).length === 0)
      t.same(await next.stop(), { code: 0, signal: null })
      t.same(await api.stop(), { code: 0, signal: null })
    }
  )
}

void t.test(
  'a Redis that forgets everything loses no job and no schedule',
  {
    ...together,
    ...needsRedis
  },
  async (t) => {
    const [smtp, redis] = [await startSmtpDouble(t), await startRedis(t)]
    const database = deploymentOn(await createTestDatabase(t))
    const clock = await clockFile(t)
    const environment = {
      ...database,
      REDIS_URL: redis.url,
      SMTP_URL: smtp.url,
      MUSTER_TEST_CLOCK: clock.path
    }
    const deps = depsOf(t, environment)
    const { queue } = deps.queue
    const schedules = async () => (await queue.getJobSchedulers()).length

    const api = await startMuster(t, 'api', environment)
    const call = clientOf(api, database.MUSTER_API_KEY)
    const { path } = await createOrganization(call)
    await call('POST', `${path}/invitations`, { emails: ['ana@acme.test'] })
    t.equal(await relayJobs(deps, JOBS), 1)
    t.equal(await queue.getWaitingCount(), 1, 'handed over')
    await redis.flush()
    t.equal(await queue.getWaitingCount(), 0, 'and lost')

    await startMuster(t, 'worker', environment)
    await until(async () => (await schedules()) === SWEEPS.length, PATIENCE_MS)
    t.match(await deps.db.select().from(jobs), [{ handOvers: 1, attempts: 0 }])
    t.same(smtp.tried, [])

    await clock.moveTo(START.getTime() + HAND_OVER_AGAIN_MS)
    await untilDelivered(call, path, 'ana@acme.test')
    t.match(smtp.received, [{ to: 'ana@acme.test' }])

    await redis.flush()
    t.equal(await schedules(), 0)
    await clock.moveTo(START.getTime() + 8 * DAY_MS)
    await until(async () => (await schedules()) === SWEEPS.length, PATIENCE_MS)
    await until(async () => {
      const { body } = await call('GET', `${path}/events?type=invitation.expired`)
      return body.data.length === 1
    }, PATIENCE_MS)
  }
)

/** The time of all processes that read it. */
async function clockFile(t: Test) {
  const path = `${t.testdir()}/clock`
  const moveTo = async (instant: number) => {
    // At once: whoever reads a file that is being written sees an empty one.
    await writeFile(`${path}.next`, new Date(instant).toISOString())
    await rename(`${path}.next`, path)
  }
  await moveTo(START.getTime())
  return { path, moveTo }
}
