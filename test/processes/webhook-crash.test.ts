import pg from 'pg'
import t, { type Test } from 'tap'
import { uuidToId } from '../../src/ids.js'
import { createTestDatabase, until } from '../helpers/database.js'
import { onItsOwn, serverPid } from '../helpers/embedded.js'
import { type EventLoad, followFeed, startEventLoad } from '../helpers/event-load.js'
import {
  type Client,
  clientOf,
  createOrganization,
  deploymentOn,
  freePort,
  openServerOf,
  PATIENCE_MS,
  startMuster,
  usedDataDir
} from '../helpers/processes.js'
import { LOCAL_WEBHOOKS, type Receiver, startReceiver } from '../helpers/receiver.js'
import { needsRedis, startRedis } from '../helpers/redis.js'

t.setTimeout(6 * PATIENCE_MS)

const CLIENTS = 8
/** Commands that are answered between a start and the next kill, at least. */
const BETWEEN_KILLS = 25
/** Of so many deliveries one is refused, and has to be sent again. */
const REFUSES_EVERY = 60
const TYPE = 'group.created'

/** Two consumers of the same events: one takes them as they come, one in the order of each team. */
async function createConsumers(t: Test, call: Client): Promise<Receiver[]> {
  let count = 0
  const consumers = [await startReceiver(t), await startReceiver(t)]
  for (const [index, consumer] of consumers.entries()) {
    consumer.manner = () => {
      count += 1
      return { status: index === 0 && count % REFUSES_EVERY === 0 ? 500 : 200 }
    }
    const { status } = await call('POST', '/v1/webhook-endpoints', {
      url: consumer.url,
      event_types: [TYPE],
      ordered: index === 1
    })
    if (status !== 201) throw new Error('no endpoint was made')
  }
  return consumers
}

async function untilMade({ made }: EventLoad, count: number): Promise<void> {
  const from = made.length
  await until(async () => made.length >= from + count, PATIENCE_MS)
}

interface Committed {
  readonly id: string
  readonly organization: string
  readonly subject: string
}

/** What is in the log, in its order, by TypeIDs as the API tells them. */
async function committedEvents(databaseUrl: string): Promise<Committed[]> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  const { rows } = await client.query<{ id: string; organization_id: string; subject_id: string }>(
    'select id, organization_id, subject_id from events where type = $1 order by position',
    [TYPE]
  )
  await client.end()
  return rows.map((row) => ({
    id: uuidToId('evt', row.id),
    organization: uuidToId('org', row.organization_id),
    subject: row.subject_id
  }))
}

interface Story {
  readonly databaseUrl: string
  readonly load: EventLoad
  readonly consumers: readonly Receiver[]
  readonly feed: readonly string[]
}

async function compare(t: Test, { databaseUrl, load, consumers, feed }: Story): Promise<void> {
  const committed = await committedEvents(databaseUrl)
  const ids = committed.map(({ id }) => id)
  t.ok(load.unanswered() > 0, `${load.unanswered()} requests got no answer`)
  t.same(
    committed.map(({ subject }) => subject).sort(),
    [...load.made].sort(),
    `${ids.length} groups were made, each with one event`
  )
  t.same(feed, ids, 'the feed has each, in the order of the log, once')
  for (const { received } of consumers) {
    const got = new Set(received.map(({ id }) => id))
    t.same([...got].sort(), [...ids].sort(), `${received.length} deliveries, of each at least one`)
  }
  const [, ordered] = consumers
  for (const organization of new Set(committed.map((one) => one.organization))) {
    const told = ordered?.received.filter(({ event }) => event.organization_id === organization)
    const first = [...new Set(told?.map(({ id }) => id))]
    const own = committed.filter((one) => one.organization === organization).map(({ id }) => id)
    t.same(first, own, 'each team’s in their order, but for repetitions')
  }
}

/** Both have everything that was made. */
async function untilTold({ load, consumers }: Pick<Story, 'load' | 'consumers'>): Promise<void> {
  await until(
    async () =>
      consumers.every(({ received }) => {
        const subjects = new Set(received.map(({ event }) => event.subject.id as string))
        return load.made.every((id) => subjects.has(id))
      }),
    PATIENCE_MS
  )
}

await t.test(
  'kill -9 of API and worker, and a flushed Redis, lose no event',
  needsRedis,
  async (t) => {
    const databaseUrl = await createTestDatabase(t)
    const redis = await startRedis(t)
    const port = String(await freePort())
    const environment = {
      ...deploymentOn(databaseUrl),
      ...LOCAL_WEBHOOKS,
      REDIS_URL: redis.url
    }
    let api = await startMuster(t, 'api', { ...environment, PORT: port })
    let worker = await startMuster(t, 'worker', environment)
    const call = clientOf(api, environment.MUSTER_API_KEY)
    const paths = [await createOrganization(call), await createOrganization(call)].map(
      ({ path }) => path
    )
    const consumers = await createConsumers(t, call)
    const feed = followFeed(call, TYPE)
    const load = startEventLoad({ muster: api, key: environment.MUSTER_API_KEY, paths }, CLIENTS)
    for (let round = 0; round < 2; round += 1) {
      await untilMade(load, BETWEEN_KILLS)
      await worker.kill()
      await redis.flush()
      worker = await startMuster(t, 'worker', environment)
      await untilMade(load, BETWEEN_KILLS)
      await api.kill()
      api = await startMuster(t, 'api', { ...environment, PORT: port })
    }
    await untilMade(load, BETWEEN_KILLS)
    await load.stop()
    await untilTold({ load, consumers })
    await feed.stop()
    await compare(t, { databaseUrl, load, consumers, feed: feed.seen })
  }
)

await t.test('nor does a kill -9 of PostgreSQL, alone or with Muster', onItsOwn, async (t) => {
  const { dataDir, key } = await usedDataDir(t)
  const environment = {
    MUSTER_DATA_DIR: dataDir,
    PORT: String(await freePort()),
    ...LOCAL_WEBHOOKS
  }
  let muster = await startMuster(t, 'start', environment)
  const call = clientOf(muster, key)
  const paths = [(await createOrganization(call)).path]
  const consumers = await createConsumers(t, call)
  const feed = followFeed(call, TYPE)
  const load = startEventLoad({ muster, key, paths }, CLIENTS)
  for (let round = 0; round < 2; round += 1) {
    await untilMade(load, BETWEEN_KILLS)
    process.kill(await serverPid(dataDir), 'SIGKILL')
    // Without its database it ends by itself.
    await (round === 1 ? muster.kill() : muster.exited())
    muster = await startMuster(t, 'start', environment)
  }
  await untilMade(load, BETWEEN_KILLS)
  await load.stop()
  await untilTold({ load, consumers })
  await feed.stop()
  const server = await openServerOf(t, dataDir)
  await compare(t, { databaseUrl: server.url, load, consumers, feed: feed.seen })
  await server.stop()
  await muster.stop()
})
