import { pino } from 'pino'
import t, { type Test } from 'tap'
import { buildApp } from '../../src/app.js'
import { PUBLIC_LIMITS } from '../../src/http/limits.js'
import { callOn, createTestApp, openDeps, type TestOptions } from '../helpers/app.js'
import { until } from '../helpers/database.js'
import { needsRedis, type OwnRedis, startRedis } from '../helpers/redis.js'

const PATH = '/v1/organizations'
const LIMIT = 4
const LOOKUP = '/v1/invitations/lookup'

/** Two processes of one deployment. */
async function startTwo(t: Test, redis: OwnRedis) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line: string) => lines.push(line) })
  const options: TestOptions = {
    log,
    environment: {
      REDIS_URL: redis.url,
      MUSTER_RATE_LIMIT_PER_KEY: String(LIMIT),
      MUSTER_RATE_LIMIT_FAILED_AUTH: '3'
    }
  }
  const one = await createTestApp(t, options)
  const deps = openDeps(one.databaseUrl, () => one.clock.now, options)
  const app = await buildApp(deps)
  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  t.teardown(async () => {
    await app.close()
    await deps.close()
  })
  const all = [one.deps, deps]
  const untilAway = (away: boolean) =>
    until(async () => all.every(({ counters }) => counters?.isAway() === away))
  await untilAway(false)
  return {
    calls: [one.call, callOn(url, one.key)] as const,
    untilAway,
    /** From here on is counted: on a busy machine Redis may have been late before. */
    forget: async () => {
      await untilAway(false)
      lines.length = 0
    },
    /** How often it was said that Redis is away, and that it is back. */
    told: () => [
      lines.filter((line) => line.includes('each process limits by itself')).length,
      lines.filter((line) => line.includes('limits are shared')).length
    ]
  }
}

type Calls = Awaited<ReturnType<typeof startTwo>>['calls']

/** From one process and the other in turn. */
async function askBoth([one, other]: Calls, times: number, key?: string) {
  const statuses: number[] = []
  const options = key === undefined ? {} : { key }
  for (let i = 0; i < times; i++) {
    statuses.push((await (i % 2 === 0 ? one : other)('GET', PATH, options)).status)
  }
  return statuses
}

const within = (count: number) => Array<number>(count).fill(200)

await t.test('processes share budgets through Redis', needsRedis, async (t) => {
  const redis = await startRedis(t)
  const { calls } = await startTwo(t, redis)
  t.same(await askBoth(calls, LIMIT + 2), [...within(LIMIT), 429, 429])

  const { max } = PUBLIC_LIMITS.perToken
  const statuses: number[] = []
  for (let i = 0; i <= max; i++) {
    const call = i % 2 === 0 ? calls[0] : calls[1]
    const { status } = await call('POST', LOOKUP, { key: null, body: { token: 'mlk_x' } })
    statuses.push(status)
  }
  t.same(statuses, [...Array<number>(max).fill(404), 429], 'public doors too')
  const { status } = await calls[0]('POST', '/v1/invitations/decline', {
    key: null,
    body: { token: 'mlk_x' }
  })
  t.equal(status, 404, 'each door by itself')

  const unknown = `mk_01jd3v8k2ffb5t0m5r6w9x7y3z_${'x'.repeat(44)}`
  t.same(await askBoth(calls, 5, unknown), [401, 401, 401, 429, 429], 'and guesses')
})

await t.test(
  'without Redis each process limits by itself, until it is back',
  needsRedis,
  async (t) => {
    const redis = await startRedis(t)
    const { calls, untilAway, forget, told } = await startTwo(t, redis)
    t.same(await askBoth(calls, 2), within(2))
    await forget()
    await redis.stop()
    await untilAway(true)
    t.same(
      await askBoth(calls, 2 * LIMIT + 2),
      [...within(2 * LIMIT), 429, 429],
      'no request fails, and each process lets in as many'
    )
    t.same(told(), [2, 0], 'each process says so once')

    await startRedis(t, redis)
    await untilAway(false)
    t.same(await askBoth(calls, LIMIT + 2), [...within(LIMIT), 429, 429], 'shared again')
    t.same(told(), [2, 2], 'and once that it is back')
  }
)

await t.test('one that is silent holds nobody up for long', needsRedis, async (t) => {
  const redis = await startRedis(t)
  const { calls, untilAway, forget, told } = await startTwo(t, redis)
  await forget()
  redis.silence()
  t.teardown(() => {
    redis.speak()
  })
  t.same(await askBoth(calls, 2), within(2), 'who finds out is answered')
  await untilAway(true)
  t.same(await askBoth(calls, 2 * LIMIT), [...within(2 * LIMIT - 2), 429, 429])
  t.same(told(), [2, 0])
  redis.speak()
  await untilAway(false)
  t.same(told(), [2, 2])
})
