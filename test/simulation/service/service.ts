import { randomBytes } from 'node:crypto'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newApiKeyToken } from '../../../src/crypto/api-key-token.js'
import { uuidToId } from '../../../src/ids.js'
import { SWEEPS } from '../../../src/jobs/index.js'
import { openQueue } from '../../../src/jobs/queue.js'
import { generateKeyRing } from '../../../src/secrets.js'
import {
  LOCAL_WEBHOOKS,
  type Manner,
  type Receiver,
  startReceiver
} from '../../helpers/receiver.js'
import type { Scope } from '../../helpers/scope.js'
import { startSmtpDouble } from '../../helpers/smtp.js'
import { ADMIN_DATABASE, type Postgres } from './postgres.js'
import { createRunner, type Environment, runCommandLine } from './processes.js'
import { startRedisDouble } from './redis.js'

export interface ServiceOptions {
  /** Where the built service is: its own, or a copy with a fault. */
  readonly dist: string
  readonly folder: string
  readonly postgres: Postgres
  readonly template: string
  readonly redis: boolean
}

const START = Date.parse('2030-01-01T00:00:00.000Z')

/** Whatever the machine has to do besides: what is refused is refused by the rules of teams alone. */
const UNLIMITED: Environment = {
  MUSTER_RATE_LIMIT_PER_KEY: '0',
  MUSTER_RATE_LIMIT_PER_PERSON: '0',
  MUSTER_RATE_LIMIT_FAILED_AUTH: '0',
  MUSTER_REQUESTS_MAX: '100000',
  MUSTER_SHED_DATABASE_WAIT_MS: '0',
  MUSTER_SHED_EVENT_LOOP_MS: '0',
  MUSTER_SHED_WAIT_MS: '0',
  MUSTER_SHED_EVENT_LOOP_PERCENT: '0'
}

const SECRETS: Environment = {
  MUSTER_API_KEY: newApiKeyToken().token,
  MUSTER_LINK_SECRETS: generateKeyRing(),
  MUSTER_ENCRYPTION_KEYS: generateKeyRing()
}

/** An empty database, migrated by the service that is to run on it. */
export async function createTemplate(scope: Scope, postgres: Postgres, dist: string) {
  const name = `template_${randomBytes(4).toString('hex')}`
  await postgres.query(ADMIN_DATABASE, `create database ${name}`)
  const env = { ...SECRETS, DATABASE_URL: postgres.urlOf(name) }
  const { code, said } = await runCommandLine(scope, dist, 'migrate', env)
  if (code !== 0) throw new Error(`the database was not migrated: ${said}`)
  return name
}

/** Real processes on a database of their own, and everything around them that can fail. */
export async function startService(scope: Scope, options: ServiceOptions) {
  const { postgres, folder, dist } = options
  const database = `sim_${randomBytes(4).toString('hex')}`
  await postgres.query(ADMIN_DATABASE, `create database ${database} template ${options.template}`)
  scope.teardown(() =>
    postgres.query(ADMIN_DATABASE, `drop database if exists ${database} with (force)`)
  )
  const [smtp, receiver] = [await startSmtpDouble(scope), await startReceiver(scope)]
  const consumer = createConsumer(receiver)
  const redis = options.redis ? await startRedisDouble(scope) : undefined
  const clock = await startClock(join(folder, `${database}.clock`))
  const env = {
    ...SECRETS,
    ...UNLIMITED,
    ...LOCAL_WEBHOOKS,
    DATABASE_URL: postgres.urlOf(database),
    SMTP_URL: smtp.url,
    MUSTER_TEST_CLOCK: clock.path,
    MUSTER_TRUSTED_PROXIES: '127.0.0.1',
    ...(redis ? { REDIS_URL: redis.url } : {})
  }
  const api = await createRunner(scope, { dist, command: 'api', env })
  const worker = await createRunner(scope, { dist, command: 'worker', env })
  await Promise.all([api.start(), worker.start()])
  const openJobs = () =>
    openQueue({ databaseUrl: env.DATABASE_URL, redisUrl: redis?.url, onError: () => undefined })
  const query = (sql: string) => postgres.query(database, sql)
  return {
    api,
    worker,
    redis,
    smtp,
    consumer,
    clock,
    query,
    env,
    key: SECRETS['MUSTER_API_KEY'] ?? '',
    restartPostgres: (how: 'stop' | 'kill') => postgres.restart(how),
    muster: (args: string) => runCommandLine(scope, dist, args, env),
    withQueue: <T>(use: (jobs: ReturnType<typeof openJobs>) => Promise<T>) => using(openJobs, use)
  }
}

const MET_WITHIN_MS = 1_500

/** Who is sent to, and what of it they took. */
function createConsumer(receiver: Receiver) {
  const taken = new Set<string>()
  const take: Manner = ({ id }) => {
    taken.add(id)
    return { status: 204 }
  }
  receiver.manner = take
  let isMet = true
  return {
    url: receiver.url,
    taken,
    fail(): void {
      isMet = false
      receiver.manner = () => {
        isMet = true
        return { status: 500 }
      }
    },
    /** A failure that nobody met is none: there is something to send most of the time. */
    async mend(): Promise<void> {
      const end = performance.now() + MET_WITHIN_MS
      while (!isMet && performance.now() < end) await sleep(50)
      isMet = true
      receiver.manner = take
    }
  }
}

export type Service = Awaited<ReturnType<typeof startService>>

async function using<Q extends { close(): Promise<void> }, T>(
  open: () => Q,
  use: (queue: Q) => Promise<T>
): Promise<T> {
  const queue = open()
  return use(queue).finally(() => queue.close())
}

/** The time of all processes; it only moves when it is moved. */
async function startClock(path: string) {
  let now = START
  const write = async () => {
    // At once: whoever reads a file that is being written sees an empty one.
    await writeFile(`${path}.next`, new Date(now).toISOString())
    await rename(`${path}.next`, path)
  }
  await write()
  return {
    path,
    now: () => now,
    async advance(ms: number) {
      now += ms
      await write()
    }
  }
}

const SWEPT_WITHIN_MS = 20_000

/** Runs every sweep now, by the worker, as its schedule would in time. */
export async function sweepAll({ withQueue }: Service): Promise<void> {
  const run = randomBytes(4).toString('hex')
  await withQueue(async ({ queue }) => {
    const ids = SWEEPS.map(({ name }) => `${name}-${run}`)
    await queue.addBulk(
      SWEEPS.map(({ name }, index) => ({
        name: `sweep.${name}`,
        data: {},
        opts: { jobId: ids[index] ?? '', removeOnComplete: true, removeOnFail: true }
      }))
    )
    const end = performance.now() + SWEPT_WITHIN_MS
    for (const id of ids) {
      while (await queue.getJob(id)) {
        if (performance.now() > end) throw new Error(`the worker does not run ${id}`)
        await sleep(15)
      }
    }
  })
}

/** Hands all open jobs over once more, the last first; those that the queue holds too. */
export async function handOverTwice({ query, withQueue }: Service): Promise<void> {
  const rows = await query(
    `select organization_id::text, id::text, name from jobs
     where failed_at is null order by created_at desc limit 50`
  )
  await withQueue(async ({ queue }) => {
    for (const row of rows) {
      const { organization_id: organization, id, name } = row as Readonly<Record<string, string>>
      const data = {
        organization_id: uuidToId('org', organization ?? ''),
        job_id: uuidToId('job', id ?? '')
      }
      const opts = { attempts: 3, backoff: { type: 'custom' } }
      await queue.add(name ?? '', data, opts)
      await queue.add(name ?? '', data, opts)
    }
  })
}

/** The queue forgets all it holds: rows are what counts. */
export async function forgetQueue({ redis, withQueue }: Service): Promise<void> {
  if (redis) await redis.flush()
  else await withQueue(({ queue }) => queue.drain(true))
}
