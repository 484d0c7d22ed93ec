import { readFile } from 'node:fs/promises'
import t from 'tap'
import { buildHealthApp } from '../../src/app.js'
import type { Deps } from '../../src/deps.js'
import { createMetrics } from '../../src/telemetry/metrics.js'
import { watchProcess } from '../../src/telemetry/process-metrics.js'
import { createTestApp, openDeps } from '../helpers/app.js'
import { until, untilBlocked } from '../helpers/database.js'
import { lockOrganization } from '../helpers/locks.js'
import { readMetrics } from '../helpers/metrics.js'
import { endpointAt, LOCAL_WEBHOOKS, startReceiver } from '../helpers/receiver.js'

const TOKEN = 'a-token-of-the-operator'

await t.test('who may read /metrics', async (t) => {
  const { deps } = await createTestApp(t)
  const ask = async (
    config: Partial<Deps['config']>,
    headers: Record<string, string> = {},
    remoteAddress = '127.0.0.1'
  ) => {
    const app = await buildHealthApp({ ...deps, config: { ...deps.config, ...config } })
    const answer = await app.inject({ url: '/metrics', headers, remoteAddress })
    await app.close()
    return answer.statusCode
  }

  await t.test('by the token, wherever they call from', async (t) => {
    const config = { metricsToken: TOKEN, production: true }
    t.equal(await ask(config, { authorization: `Bearer ${TOKEN}` }, '203.0.113.9'), 200)
    t.equal(await ask(config, { authorization: `Bearer ${TOKEN}x` }), 401)
    t.equal(await ask(config, { authorization: `Basic ${TOKEN}` }), 401)
    t.equal(await ask(config), 401, 'also from this machine')
  })

  await t.test('without one this machine alone, outside of production', async (t) => {
    t.equal(await ask({}), 200)
    t.equal(await ask({}, {}, '::1'), 200)
    t.equal(await ask({}, {}, '::ffff:127.0.0.1'), 200)
    t.equal(await ask({}, {}, '203.0.113.9'), 404)
    t.equal(await ask({ production: true }), 404)
    for (const name of ['x-forwarded-for', 'forwarded', 'via', 'x-real-ip']) {
      t.equal(await ask({}, { [name]: '203.0.113.9' }), 404, `somebody behind a proxy: ${name}`)
    }
  })
})

await t.test('requests are counted by route, never by address', async (t) => {
  const app = await createTestApp(t)
  const { path } = await app.organization()
  const secret = 'not-a-token-but-as-good-as-one'
  await app.call('GET', path)
  await app.call('GET', path)
  await app.call('GET', '/v1/organizations/org_00000000000000000000000000')
  await app.call('GET', path, { key: null })
  await app.call('GET', `/invitations/${secret}`, { key: null })
  await app.call('GET', `/nowhere/${secret}`, { key: null })

  const metrics = await readMetrics(app.url)
  const count = (route: string, status: string) =>
    metrics.value('muster_http_request_duration_seconds_count', { method: 'GET', route, status })
  t.equal(count('/v1/organizations/:organization_id', '2xx'), 2)
  t.equal(count('/v1/organizations/:organization_id', '4xx'), 2)
  t.equal(count('unknown', '4xx'), 1)
  t.equal(metrics.value('muster_http_requests_in_flight', {}), 1, 'this one')
  t.equal(metrics.value('muster_http_problems_total', { code: 'unauthenticated' }), 1)
  t.equal(metrics.value('muster_http_problems_total', { code: 'not_found' }), 2)
  t.notMatch(metrics.text, secret)
  t.notMatch(metrics.text, path.split('/').at(-1) ?? '')
})

await t.test('a caller who leaves is counted, and is not in flight for ever', async (t) => {
  const app = await createTestApp(t)
  const { id, path } = await app.organization()
  const leaving = new AbortController()
  const inFlight = async () =>
    (await readMetrics(app.url)).value('muster_http_requests_in_flight', {})
  await app.deps.db.transaction(async (tx) => {
    await lockOrganization(tx, id)
    const left = t.rejects(
      fetch(`${app.url}${path}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Acme and Sons' }),
        signal: leaving.signal
      })
    )
    await untilBlocked(app.deps.db)
    t.equal(await inFlight(), 2)
    leaving.abort()
    await left
    await until(async () => (await inFlight()) === 1)
  })
  const gone = { method: 'PATCH', route: '/v1/organizations/:organization_id', status: 'gone' }
  const metrics = await readMetrics(app.url)
  t.equal(metrics.value('muster_http_request_duration_seconds_count', gone), 1)
})

await t.test('jobs, mails, webhooks, transactions and the ledger are measured', async (t) => {
  let refuses = true
  const app = await createTestApp(t, {
    worker: { backoffMs: 1 },
    environment: LOCAL_WEBHOOKS,
    mailer: {
      send: () => (refuses ? Promise.reject(new Error('not now')) : Promise.resolve()),
      close: () => Promise.resolve()
    }
  })
  const receiver = await startReceiver(t)
  await endpointAt(app, receiver.url, { event_types: ['invitation.sent'] })
  const { path } = await app.organization({ policy: 'oupi' })
  await app.call('POST', `${path}/invitations`, {
    body: { invitations: [{ email: 'ana@acme.test' }] }
  })
  const value = async (name: string, labels: Record<string, string>) =>
    (await readMetrics(app.url)).value(name, labels)
  const attempts = (outcome: string) =>
    value('muster_job_duration_seconds_count', { job: 'send-invitation-email', outcome })
  await until(async () => (await attempts('failed')) >= 1)
  refuses = false
  await until(async () => (await attempts('done')) === 1)
  await until(
    async () =>
      (await value('muster_webhook_attempt_duration_seconds_count', { outcome: 'delivered' })) === 1
  )
  t.ok((await value('muster_mail_duration_seconds_count', { outcome: 'failed' })) >= 1)
  t.equal(await value('muster_mail_duration_seconds_count', { outcome: 'sent' }), 1)
  t.ok((await value('muster_jobs_handed_over_total', { job: 'send-invitation-email' })) >= 1)
  t.ok((await value('muster_database_transaction_wait_seconds_count', {})) > 0)

  t.match(
    await app.call('POST', `${path}/credit-transfers`, {
      body: {
        transfers: [
          { kind: 'top_up', amount: 5 },
          { kind: 'top_up', amount: 5 }
        ]
      }
    }),
    { status: 200 }
  )
  t.equal(await value('muster_ledger_batch_transfers_sum', {}), 2)
  t.ok((await value('muster_ledger_batch_duration_seconds_count', {})) >= 1)
  t.equal(await value('muster_ledger_waiting_transfers', {}), 0)
})

await t.test('what waits in the deployment is counted when somebody asks', async (t) => {
  const app = await createTestApp(t)
  const { path } = await app.organization()
  await app.call('POST', `${path}/invitations`, {
    body: { invitations: [{ email: 'ana@acme.test' }, { email: 'ben@acme.test' }] }
  })
  await endpointAt(app, 'https://hooks.acme.test/')
  await app.call('PATCH', path, { body: { name: 'Acme & Co' } })
  app.clock.now = new Date(app.clock.now.getTime() + 90_000)
  const metrics = await readMetrics(app.url)
  t.equal(metrics.value('muster_database_up', {}), 1)
  t.equal(metrics.value('muster_jobs', { state: 'open' }), 2)
  t.equal(metrics.value('muster_jobs', { state: 'due' }), 2)
  t.equal(metrics.value('muster_jobs', { state: 'failed' }), 0)
  t.equal(metrics.value('muster_jobs_oldest_due_seconds', {}), 90)
  t.ok(metrics.value('muster_webhook_deliveries_pending', {}) > 0)
  t.equal(metrics.value('muster_webhook_oldest_due_seconds', {}), 90)
  t.equal(metrics.value('muster_event_seal_lag_seconds', {}), 90)
  t.equal(metrics.value('muster_queue_jobs', { state: 'waiting' }), 0)
  t.ok(metrics.value('muster_database_connections', { state: 'idle' }) > 0)
})

await t.test('without its database it tells what it knows, in time', async (t) => {
  const { databaseUrl, clock } = await createTestApp(t)
  const own = openDeps(databaseUrl, () => clock.now)
  t.teardown(() => own.close())
  let looks = 0
  const ask = async (run: Deps['db']['run']) => {
    const app = await buildHealthApp({ ...own, db: { ...own.db, run } })
    t.teardown(() => app.close())
    return () => app.inject('/metrics')
  }
  const refused = await (await ask(() => Promise.reject(new Error('away'))))()
  t.equal(refused.statusCode, 200)
  t.match(refused.body, /^muster_database_up 0$/m)
  t.match(refused.body, /^muster_database_waiting \d+$/m)
  t.notMatch(refused.body, /^muster_jobs\{/m, 'no number of before')
  t.notMatch(refused.body, /^muster_event_seal_lag_seconds \d/m)

  const hanging = await ask(() => {
    looks += 1
    return new Promise(() => undefined)
  })
  const answers = await Promise.all([hanging(), hanging()])
  t.same(
    answers.map(({ statusCode }) => statusCode),
    [200, 200]
  )
  t.match(answers[0].body, /^muster_database_up 0$/m)
  await hanging()
  t.equal(looks, 1, 'a database that hangs is asked once')
})

await t.test('docs/operating.md lists every metric as it is', async (t) => {
  const metrics = createMetrics(() => ({ totalCount: 0, idleCount: 0, waitingCount: 0 }))
  const page = await readFile(new URL('../../docs/operating.md', import.meta.url), 'utf8')
  const stated = [...page.matchAll(/^\| `(muster_\w+)` \| (\w+) \|(.*?)\| (.+) \|$/gm)]
  const real = metrics.registry.getMetricsAsArray().map((metric) => {
    const { name, type, help } = metric
    const labels = 'labelNames' in metric ? (metric.labelNames as string[]) : []
    return [name, type, labels.map((label) => `\`${label}\``).join(', '), help]
  })
  t.same(
    stated.map(([, ...cells]) => cells.map((cell) => cell.trim())),
    real
  )

  watchProcess(metrics)
  const text = await metrics.registry.metrics()
  for (const name of ['process_cpu_seconds_total', 'nodejs_eventloop_lag_p99_seconds']) {
    t.match(text, new RegExp(`^${name} `, 'm'))
    t.match(page, name)
  }
})
