import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { pino } from 'pino'
import t, { type Test } from 'tap'
import { loadConfig } from '../../src/config.js'
import { loadTracing } from '../../src/telemetry/load-tracing.js'
import { createTestApp, type TestOptions } from '../helpers/app.js'
import { type CollectedSpan, startCollector } from '../helpers/collector.js'
import { creditsOf } from '../helpers/credits.js'
import { until } from '../helpers/database.js'
import { readMetrics } from '../helpers/metrics.js'
import { freePort } from '../helpers/processes.js'
import { endpointAt, LOCAL_WEBHOOKS, startReceiver } from '../helpers/receiver.js'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const CALLER = '00f067aa0ba902b7'
const TRACEPARENT = `00-${TRACE}-${CALLER}-01`
const SERVER = 2
const CLIENT = 3
const PRODUCER = 4
const CONSUMER = 5

/** The service, telling its traces to a collector. */
async function tracedApp(t: Test, options: TestOptions = {}, environment = {}) {
  const collector = await startCollector(t)
  const variables = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...environment }
  const startTracing = await loadTracing(loadConfig(variables).tracing)
  const app = await createTestApp(t, { ...options, startTracing })
  const find = (matches: (span: CollectedSpan) => boolean) =>
    until(async () => collector.spans().find(matches))
  return { ...app, collector, find }
}

await t.test('request, statements, job, mail and webhook are one trace', async (t) => {
  const lines: string[] = []
  const log = pino({ level: 'debug' }, { write: (line: string) => lines.push(line) })
  const app = await tracedApp(
    t,
    { worker: { backoffMs: 1 }, environment: LOCAL_WEBHOOKS, log },
    { OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20collector-key' }
  )
  const receiver = await startReceiver(t)
  await endpointAt(app, receiver.url)
  const { path, owner } = await app.organization({ name: 'Umbrella Testing' })
  const { status, headers } = await app.call('POST', `${path}/invitations`, {
    body: { invitations: [{ email: 'zelda@acme.test', message: 'Come in, Zelda' }] },
    headers: { traceparent: TRACEPARENT, 'x-request-id': 'my-own-id' }
  })
  t.equal(status, 201)
  t.equal(headers.get('x-request-id'), 'my-own-id')

  const isIn = (name: string) => (span: CollectedSpan) =>
    span.traceId === TRACE && span.name === name
  const route = await app.find(isIn('POST /v1/organizations/:organization_id/invitations'))
  t.match(route, { kind: SERVER, parentSpanId: CALLER })
  t.match(route.attributes, {
    'http.request.method': 'POST',
    'http.route': '/v1/organizations/:organization_id/invitations',
    'http.response.status_code': 201,
    'muster.request_id': 'my-own-id'
  })
  const job = await app.find(isIn('job send-invitation-email'))
  t.match(job, { kind: CONSUMER, parentSpanId: route.spanId })
  t.match(await app.find(isIn('send mail')), { kind: CLIENT, parentSpanId: job.spanId })
  const delivery = await app.find(
    (span) => isIn('deliver webhook')(span) && span.parentSpanId === route.spanId
  )
  t.equal(delivery.kind, PRODUCER)
  t.match(delivery.attributes, { 'http.response.status_code': 204 })

  const statements = app.collector
    .spans()
    .filter(({ traceId, attributes }) => traceId === TRACE && 'db.query.text' in attributes)
  const within = (parent: CollectedSpan) =>
    statements.filter(({ parentSpanId }) => parentSpanId === parent.spanId)
  t.match(within(route)[0], { kind: CLIENT, attributes: { 'db.system.name': 'postgresql' } })
  t.ok(within(route).some(({ name }) => name === 'commit'))
  t.ok(within(route).some(({ attributes }) => attributes['muster.statement'] !== undefined))
  t.ok(within(job).length > 0)
  const shared = await app.find(isIn('find callers'))
  t.equal(shared.parentSpanId, route.spanId)
  t.equal(within(shared)[0]?.name, 'find_callers')

  const sent = receiver.received.map(({ headers }) => headers['traceparent'])
  t.ok(sent.includes(`00-${TRACE}-${delivery.spanId}-01`))
  t.ok(lines.some((line) => (JSON.parse(line) as { trace_id?: string }).trace_id === TRACE))
  t.equal(app.collector.resources()[0]?.['service.name'], 'muster')
  t.equal(app.collector.heads[0]?.authorization, 'Bearer collector-key')

  const [mail] = await app.mailTo('zelda@acme.test')
  const link = /\/invitations\/([\w-]+)/.exec(mail?.text ?? '')?.[1] ?? 'no link'
  const told = app.collector.text()
  for (const secret of [app.key, link, 'zelda', 'Zelda', owner.email, 'Olga', 'Umbrella']) {
    t.notMatch(told, secret, 'neither secrets nor people')
  }
})

await t.test('a statement that several requests share is linked with all of them', async (t) => {
  const app = await tracedApp(t)
  const { path } = await app.organization()
  const requests = await app.deps.db.transaction(async (tx) => {
    await tx.execute('lock table api_keys in access exclusive mode')
    const waiting = Array.from({ length: 12 }, () => app.call('GET', path))
    await until(async () => {
      const metrics = await readMetrics(app.url)
      return metrics.value('muster_http_requests_in_flight', {}) === waiting.length + 1
    })
    return { waiting }
  })
  await Promise.all(requests.waiting)
  const shared = await app.find(({ name, links }) => name === 'find callers' && !!links?.length)
  const [link] = shared.links ?? []
  const other = await app.find(({ spanId }) => spanId === link?.spanId)
  t.equal(other.kind, SERVER)
  t.not(other.traceId, shared.traceId)
  t.ok(
    other.links?.some(({ spanId }) => spanId === shared.spanId),
    'and the other way round'
  )
})

await t.test('transfers that the ledger does together are linked too', async (t) => {
  const app = await tracedApp(t)
  const { path } = await app.organization({ policy: 'oupi' })
  const credits = creditsOf(app.call, path)
  await credits.topUp(100)
  const spends = await app.deps.db.transaction(async (tx) => {
    await tx.execute('lock table credit_accounts in access exclusive mode')
    const waiting = Array.from({ length: 10 }, () => credits.spend(1))
    await until(async () => {
      const metrics = await readMetrics(app.url)
      return metrics.value('muster_ledger_waiting_transfers', {}) > 1
    })
    return { waiting }
  })
  await Promise.all(spends.waiting)
  await app.find(({ name, links }) => name === 'ledger batch' && !!links?.length)
  t.match(await app.find(({ name }) => name === 'ledger batch'), { kind: 1 })
})

await t.test('who waits for a connection goes on in its own trace', async (t) => {
  const app = await tracedApp(t, { environment: { DATABASE_POOL_SIZE: '2' } })
  const { path } = await app.organization()
  const traces = Array.from({ length: 30 }, (_, n) => String(n + 10).repeat(16))
  await Promise.all(
    traces.map((trace) =>
      app.call('GET', `${path}/groups`, { headers: { traceparent: `00-${trace}-${CALLER}-01` } })
    )
  )
  for (const trace of traces) {
    const route = await app.find(({ kind, traceId }) => kind === SERVER && traceId === trace)
    const isIts = ({ parentSpanId, attributes }: CollectedSpan) =>
      parentSpanId === route.spanId && String(attributes['db.query.text']).includes('groups')
    t.match(await app.find(isIts), { traceId: trace })
  }
})

await t.test('a failure is told by its code, and by nothing that it says', async (t) => {
  const app = await tracedApp(t, {
    worker: { backoffMs: 1 },
    mailer: {
      send: () =>
        Promise.reject(
          Object.assign(new Error('550 zelda@acme.test is unknown'), { code: 'EENVELOPE' })
        ),
      close: () => Promise.resolve()
    }
  })
  const { path } = await app.organization()
  await app.call('POST', `${path}/invitations`, {
    body: { invitations: [{ email: 'zelda@acme.test' }] }
  })
  const failed = await app.find(({ name, status }) => name === 'send mail' && status.code === 2)
  t.same(failed.attributes, { 'error.type': 'EENVELOPE' })
  const job = await app.find(({ name }) => name === 'job send-invitation-email')
  t.match(job, { status: { code: 2 }, attributes: { 'muster.job.attempt': 1 } })
  t.notMatch(app.collector.text(), 'zelda')
})

await t.test('which traces are told is up to the sampler', async (t) => {
  const app = await tracedApp(t, {}, { OTEL_TRACES_SAMPLER: 'parentbased_always_off' })
  const { path } = await app.organization()
  await app.call('GET', path, { headers: { traceparent: TRACEPARENT } })
  await app.call('GET', path, { headers: { traceparent: TRACEPARENT.replace(/01$/, '00') } })
  await app.find(({ traceId, kind }) => traceId === TRACE && kind === SERVER)
  await app.deps.tracing?.close()
  const servers = app.collector.spans().filter(({ kind }) => kind === SERVER)
  t.equal(servers.length, 1, 'only what the caller has asked for')
})

await t.test('a traceparent that says nothing begins a new trace', async (t) => {
  const app = await tracedApp(t)
  const wrong = [`00-${'0'.repeat(32)}-${CALLER}-01`, 'ff-x', `${TRACEPARENT} or so`, 'é']
  for (const traceparent of wrong) {
    const { status } = await app.call('GET', '/healthz', {
      headers: { traceparent: encodeURI(traceparent) }
    })
    t.equal(status, 200)
  }
  await app.deps.tracing?.close()
  const spans = app.collector.spans().filter(({ name }) => name === 'GET /healthz')
  t.equal(spans.length, wrong.length)
  t.ok(spans.every(({ traceId, parentSpanId }) => traceId !== TRACE && !parentSpanId))
})

await t.test(
  'a collector that is away slows nobody down, and is told once in the log',
  async (t) => {
    const lines: string[] = []
    const startTracing = await loadTracing(
      loadConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await freePort()}` }).tracing
    )
    const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
    const app = await createTestApp(t, { startTracing, log })
    const { path } = await app.organization()
    t.equal((await app.call('GET', path)).status, 200)
    await until(async () => lines.length > 0)
    await app.call('GET', path)
    const before = performance.now()
    await app.deps.tracing?.close()
    t.ok(performance.now() - before < 4_500, 'it ends within its bound')
    t.equal(lines.length, 1)
    t.match(lines[0], /Traces could not be sent/)
  }
)

await t.test('where no endpoint is named nothing of it is loaded', async (t) => {
  t.equal(await loadTracing(loadConfig({}).tracing), undefined)
  const loaded = async (config: string) => {
    const script = `
      import { createRequire } from 'node:module'
      import { loadConfig } from './dist/config.js'
      import './dist/processes.js'
      import { loadTracing } from './dist/telemetry/load-tracing.js'
      await loadTracing(loadConfig(${config}).tracing)
      const paths = Object.keys(createRequire(import.meta.url)('node:module')._cache)
      console.log(paths.filter((path) => /@opentelemetry.(sdk|exporter|otlp)/.test(path)).length)`
    const options = ['--input-type=module', '--eval', script]
    return Number((await promisify(execFile)(process.execPath, options)).stdout)
  }
  t.equal(await loaded('{}'), 0)
  t.ok((await loaded("{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }")) > 0)
  const app = await createTestApp(t, { worker: { backoffMs: 1 } })
  const { path } = await app.organization()
  await app.call('POST', `${path}/invitations`, {
    body: { invitations: [{ email: 'ana@acme.test' }] },
    headers: { traceparent: TRACEPARENT }
  })
  const { rows } = await app.deps.db.execute(
    'select count(trace_context)::int as count from events'
  )
  t.same(rows, [{ count: 0 }], 'nor is anything written')
})
