import { connect } from 'node:net'
import { pino } from 'pino'
import t from 'tap'
import type { Answer } from '../helpers/app.js'
import { createTestApp } from '../helpers/app.js'
import { until, untilBlocked } from '../helpers/database.js'
import { lockOrganization } from '../helpers/locks.js'

const OVERLOADED = { status: 503, body: { code: 'overloaded', retry_after: 1 } }

/** How it was answered as soon as it was; undefined: it is still under way. */
function watch(request: Promise<Answer>): { answer?: Answer; readonly done: Promise<Answer> } {
  const watched: { answer?: Answer; done: Promise<Answer> } = { done: request }
  watched.done = request.then((answer) => {
    watched.answer = answer
    return answer
  })
  return watched
}

await t.test('no more than so many requests are under way', async (t) => {
  const lines: string[] = []
  const log = pino({ level: 'warn' }, { write: (line: string) => lines.push(line) })
  const environment = { MUSTER_REQUESTS_MAX: '3' }
  const app = await createTestApp(t, { environment, log })
  const org = await app.organization()
  const rename = (name: string) => app.call('PATCH', org.path, { body: { name } })

  const held = await app.deps.db.transaction(async (tx) => {
    await lockOrganization(tx, org.id)
    const held = ['a', 'b', 'c'].map((name) => watch(rename(name)))
    await untilBlocked(app.deps.db, 3)
    const surplus = await Promise.all(['d', 'e', 'f', 'g'].map(rename))
    for (const answer of surplus) {
      t.match(answer, OVERLOADED)
      t.equal(answer.headers.get('retry-after'), '1')
    }
    t.match(await app.call('GET', '/v1/organizations', { key: null }), OVERLOADED, 'unproven too')
    t.match(await app.call('GET', '/nowhere', { key: null }), OVERLOADED)
    t.match(await app.call('GET', '/healthz', { key: null }), { status: 200 })
    t.match(await app.call('GET', '/readyz', { key: null }), { status: 200 })
    t.match(await app.call('GET', '/metrics', { key: null }), { status: 200 })
    t.ok(
      held.every(({ answer }) => answer === undefined),
      'who was let in is not touched'
    )
    return held
  })
  for (const { done } of held) t.equal((await done).status, 200, 'served once it can be')
  t.match(await rename('after'), { status: 200, body: { name: 'after' } })
  const told = lines.map((line) => JSON.parse(line) as { msg: string; reason: string })
  t.match(told, [{ msg: /^Overloaded/, reason: 'requests' }], 'one line for all of them')
})

await t.test('a page says it as a page', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_REQUESTS_MAX: '1' } })
  const org = await app.organization()
  const { done } = await app.deps.db.transaction(async (tx) => {
    await lockOrganization(tx, org.id)
    const held = watch(app.call('PATCH', org.path, { body: { name: 'New' } }))
    await untilBlocked(app.deps.db)
    const page = await fetch(`${app.url}/invitations/mlk_x`, { headers: { accept: 'text/html' } })
    t.equal(page.status, 503)
    t.equal(page.headers.get('retry-after'), '1')
    t.match(await page.text(), 'Overloaded')
    return held
  })
  t.match(await done, { status: 200 })
})

await t.test(
  'what was begun for somebody who hangs up is under way until it is done',
  async (t) => {
    const app = await createTestApp(t, { environment: { MUSTER_REQUESTS_MAX: '1' } })
    const org = await app.organization()
    const ask = () => app.call('GET', org.path)
    await app.deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      const hangUp = new AbortController()
      const request = fetch(`${app.url}${org.path}`, {
        method: 'PATCH',
        signal: hangUp.signal,
        headers: { authorization: `Bearer ${app.key}`, 'content-type': 'application/json' },
        body: '{"name":"New"}'
      })
      await untilBlocked(app.deps.db)
      t.match(await ask(), OVERLOADED)
      hangUp.abort()
      await t.rejects(request)
      for (let time = 0; time < 20; time += 1) t.match(await ask(), OVERLOADED)
    })
    const { body } = await until(async () => {
      const answer = await ask()
      return answer.status === 200 && answer
    })
    t.equal(body.name, 'New', 'and it was done')
  }
)

await t.test('who hangs up before all was sent is not under way any more', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_REQUESTS_MAX: '1' } })
  const { port, hostname } = new URL(app.url)
  const ask = () => app.call('GET', '/v1/organizations')
  const head = ['POST /v1/organizations HTTP/1.1', `host: ${hostname}`, 'content-length: 100']
  const fields = [`authorization: Bearer ${app.key}`, 'content-type: application/json']
  const socket = connect(Number(port), hostname)
  socket.write(`${[...head, ...fields].join('\r\n')}\r\n\r\n{"name":`)
  await until(async () => (await ask()).status === 503)
  socket.destroy()
  t.ok(await until(async () => (await ask()).status === 200))
})

await t.test(
  'when connections are waited for too long, whoever comes is told at once',
  async (t) => {
    const environment = { DATABASE_POOL_SIZE: '2', MUSTER_SHED_DATABASE_WAIT_MS: '50' }
    const app = await createTestApp(t, { environment })
    const org = await app.organization()
    const rename = (name: string) => app.call('PATCH', org.path, { body: { name } })
    const waiting: ReturnType<typeof watch>[] = []

    const held = await app.deps.db.transaction(async (tx) => {
      await lockOrganization(tx, org.id)
      // The other connection waits for the lock, and then there is none.
      const held = watch(rename('held'))
      await until(async () => {
        const { rows } = await tx.execute(`
        select from pg_locks where not granted and transactionid = pg_current_xact_id()::xid`)
        return rows.length > 0
      })
      await until(async () => {
        waiting.push(watch(app.call('GET', org.path)))
        return waiting.some(({ answer }) => answer?.status === 503)
      })
      const surplus = Array.from({ length: 50 }, async () => app.call('GET', org.path))
      for (const answer of await Promise.all(surplus)) t.match(answer, OVERLOADED)
      t.match(await app.call('GET', '/healthz', { key: null }), { status: 200 })
      t.equal(held.answer, undefined)
      return held
    })
    t.match(await held.done, { status: 200 })
    const answers = await Promise.all(waiting.map(({ done }) => done))
    t.match(answers[0], { status: 200 }, 'who came before that is served')
    t.match(new Set(answers.map(({ status }) => status)), new Set([200, 503]))
    t.match(await rename('after'), { status: 200 }, 'and so is who comes after')
  }
)

await t.test('an event loop that is late for some time is relieved', async (t) => {
  const app = await createTestApp(t, { environment: { MUSTER_SHED_EVENT_LOOP_MS: '50' } })
  const ask = () => app.call('GET', '/v1/organizations')
  let isBusy = true
  // The service runs in this process: what blocks one blocks the other.
  const block = () => {
    const end = performance.now() + 120
    while (performance.now() < end);
    if (isBusy) setImmediate(block)
  }
  block()
  const answers: Answer[] = []
  await until(async () => {
    answers.push(await ask())
    return answers.at(-1)?.status === 503
  })
  t.equal(answers[0]?.status, 200, 'to be late once is no overload')
  t.match(answers.at(-1), OVERLOADED)
  t.match(await app.call('GET', '/healthz', { key: null }), { status: 200 })
  isBusy = false
  await until(async () => (await ask()).status === 200)
})

await t.test('memory that is used up is a reason', async (t) => {
  for (const name of ['MUSTER_SHED_HEAP_MB', 'MUSTER_SHED_RSS_MB']) {
    const app = await createTestApp(t, { environment: { [name]: '1' } })
    await until(async () => (await app.call('GET', '/v1/organizations')).status === 503)
    t.match(await app.call('GET', '/v1/organizations'), OVERLOADED, name)
    t.match(await app.call('GET', '/readyz', { key: null }), { status: 200 })
  }
})
