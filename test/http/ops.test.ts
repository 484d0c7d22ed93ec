import { Buffer } from 'node:buffer'
import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { openBrowser, openPage, screenshot, skipBrowser } from '../helpers/browser.js'
import { until } from '../helpers/database.js'

const BOARD = '/ops/queues'
const basic = (password: string, name = 'ops') => ({
  authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`
})
const QUEUED = { organization_id: 'org_1', job_id: 'job_1' }

await t.test('the board is for keys of the whole deployment, down to its scripts', async (t) => {
  const { call, key, apiKey, organization } = await createTestApp(t)
  const { id } = await organization()
  const limited = await apiKey({ organization_ids: [id] })
  const narrow = await apiKey({ scopes: ['events:read'] })
  const { body: page } = await call('GET', BOARD, { key: null, headers: basic(key) })
  const assets = [...String(page).matchAll(/"(static\/[^"]+)"/g)].map(([, path]) => path)
  t.ok(assets.length >= 3)

  for (const path of ['', '/', '/queue/muster-jobs', '/api/queues', `/${assets.at(-1)}`]) {
    const get = (headers: Record<string, string>) =>
      call('GET', BOARD + path, { key: null, headers })
    for (const headers of [
      {},
      basic(''),
      basic(`${key}x`),
      basic(key.slice(0, -1)),
      basic('x', key),
      { authorization: `Basic ${key}` },
      { authorization: 'Basic' },
      { authorization: `Bearer ${key}x` }
    ]) {
      const refused = await get(headers)
      t.match(refused, { status: 401, body: { code: 'unauthenticated' } }, path)
      t.match(refused.headers.get('www-authenticate'), /^Basic realm="[^"]+"/)
      t.equal(refused.headers.get('cache-control'), 'no-store')
    }
    t.match(await get(basic(limited.key)), { status: 403 }, `${path}: limited to organizations`)
    t.match(await get(basic(narrow.key)), { status: 403, body: { code: 'insufficient_scope' } })
    const authorizations = [
      basic(key),
      basic(key, ''),
      basic(key, 'né'),
      { authorization: `Bearer ${key}` }
    ]
    for (const headers of authorizations) t.equal((await get(headers)).status, 200, path)
  }
})

await t.test('it shows the queue, is never kept, and loads nothing from elsewhere', async (t) => {
  const { call, key, deps } = await createTestApp(t)
  await deps.queue.queue.add('mail.send', QUEUED, { jobId: 'row-1', delay: 3_600_000 })
  const get = (path: string) => call('GET', BOARD + path, { key: null, headers: basic(key) })

  const page = await get('')
  t.match(page, { status: 200, body: /<base href="\/ops\/queues\/">/ })
  t.match(page.headers.get('content-type'), /^text\/html/)
  t.notMatch(page.body, /https?:|style=|<style/)
  const answers = [page, await get('/static/images/logo.svg'), await get('/api/queues')]
  for (const { headers } of answers) {
    t.equal(headers.get('cache-control'), 'no-store')
    t.match(headers.get('content-security-policy'), /default-src 'none'; script-src 'self';/)
    t.notMatch(headers.get('content-security-policy'), /unsafe|\*|data:/)
  }

  const [queue] = (await get('/api/queues?activeQueue=muster-jobs&status=delayed')).body.queues
  t.match(queue, { name: 'muster-jobs', readOnlyMode: true, allowRetries: false })
  t.equal(queue.counts.delayed, 1)
  t.match(queue.jobs, [{ id: 'row-1', name: 'mail.send', data: QUEUED }])
  t.match((await get('/api/queues/muster-jobs/row-1')).body, { job: { id: 'row-1' } })
  t.equal((await get('/api/queues/other/row-1')).status, 404)
  const backend = deps.config.redisUrl === undefined ? 'postgres' : 'redis'
  t.match(await get('/api/redis/stats'), { status: 200, body: { backend, version: /^\d/ } })
  for (const path of [
    'job-schedulers',
    'queues/muster-jobs/workers',
    'queues/muster-jobs/metrics'
  ]) {
    t.equal((await get(`/api/${path}`)).status, 200, path)
  }
})

await t.test('what is asked for is bounded', async (t) => {
  const { call, key } = await createTestApp(t)
  const status = async (path: string) =>
    (await call('GET', BOARD + path, { key: null, headers: basic(key) })).status
  t.equal(await status('/api/queues?jobsPerPage=100'), 200)
  for (const query of [
    'jobsPerPage=101',
    'jobsPerPage=-1',
    'page=x',
    'nothing=1',
    'status=sleepy'
  ]) {
    t.equal(await status(`/api/queues?${query}`), 400, query)
  }
  for (const path of ['package.json', '../index.ejs', '..%2findex.ejs', 'js', 'js/', '', '%00']) {
    t.equal(await status(`/static/${path}`), 404, path)
  }
})

await t.test('nothing can be changed there, by nobody', async (t) => {
  const { call, key, deps } = await createTestApp(t)
  await deps.queue.queue.add('mail.send', QUEUED, { jobId: 'row-1', delay: 3_600_000 })
  const writes = [
    ['PUT', '/api/queues/pause'],
    ['PUT', '/api/queues/muster-jobs/pause'],
    ['PUT', '/api/queues/muster-jobs/empty'],
    ['PUT', '/api/queues/muster-jobs/obliterate'],
    ['PUT', '/api/queues/muster-jobs/clean/delayed'],
    ['PUT', '/api/queues/muster-jobs/row-1/promote'],
    ['PUT', '/api/queues/muster-jobs/row-1/clean'],
    ['PATCH', '/api/queues/muster-jobs/row-1/update-data'],
    ['POST', '/api/queues/muster-jobs/add'],
    ['POST', ''],
    ['DELETE', '']
  ] as const
  for (const [method, path] of writes) {
    const body = method === 'DELETE' ? {} : { body: { name: 'evil', data: {} } }
    const headers = { ...basic(key), origin: 'https://evil.test' }
    const answer = await call(method, BOARD + path, { key: null, headers, ...body })
    t.equal(answer.status, 404, `${method} ${path}`)
  }
  t.equal(await deps.queue.queue.isPaused(), false)
  t.match(await deps.queue.queue.getJobCounts(), { delayed: 1, waiting: 0 })
  t.same((await deps.queue.queue.getJob('row-1'))?.data, QUEUED)
})

await t.test('it is no part of the API, and lies where PUBLIC_URL says', async (t) => {
  const environment = { PUBLIC_URL: 'https://teams.acme.test/muster' }
  const { call, key } = await createTestApp(t, { environment })
  const page = await call('GET', BOARD, { key: null, headers: basic(key) })
  t.match(page.body, /<base href="\/muster\/ops\/queues\/">/)
  const { body } = await call('GET', '/openapi.json')
  t.notMatch(JSON.stringify(Object.keys(body.paths)), /ops/)
})

await t.test('a browser shows it without complaint', { skip: skipBrowser }, async (t) => {
  const { url, key, deps } = await createTestApp(t)
  await deps.queue.queue.add('mail.send', QUEUED, { jobId: 'row-1', delay: 3_600_000 })
  const browser = await openBrowser(t)
  const httpCredentials = { username: 'ops', password: key }
  const { page, complaints, requests } = await openPage(browser, { httpCredentials })
  await page.goto(`${url}${BOARD}`)
  await page.getByText('muster-jobs').first().waitFor()
  await screenshot(page, 'ops-queues')
  await page.goto(`${url}${BOARD}/queue/muster-jobs?status=delayed`)
  await page.getByText('mail.send').first().waitFor()
  await screenshot(page, 'ops-queue')
  await until(async () => requests.length > 10)
  t.same(complaints, [])
  t.ok(
    requests.every((one) => one.startsWith(`${url}${BOARD}`)),
    'nothing from elsewhere'
  )
})
