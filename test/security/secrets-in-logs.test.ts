import { sql } from 'drizzle-orm'
import { pino } from 'pino'
import t from 'tap'
import { createTestApp } from '../helpers/app.js'
import { until } from '../helpers/database.js'
import { startMuster } from '../helpers/processes.js'
import { endpointAt, LOCAL_WEBHOOKS, startReceiver } from '../helpers/receiver.js'

const NAMES = ['Zelda', 'zelda', 'Umbrella', 'hunter2', 'zebra-canary']

await t.test(
  'a long story at level trace leaves neither secrets nor people in the log',
  async (t) => {
    const lines: string[] = []
    const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
    const said = () => lines.join('')
    const app = await createTestApp(t, {
      log,
      worker: { backoffMs: 1 },
      environment: LOCAL_WEBHOOKS,
      mailer: {
        send: ({ to }) => {
          const answer = `550 5.1.1 <${to}> Zelda is unknown`
          const told = { code: 'EENVELOPE', responseCode: 550, response: answer, rejected: [to] }
          return Promise.reject(Object.assign(new Error(`Cannot send: ${answer}`), told))
        },
        close: () => Promise.resolve()
      }
    })
    const receiver = await startReceiver(t, () => ({ status: 500, body: 'zebra-canary' }))
    const endpoint = await endpointAt(app, `${receiver.url}?token=zebra-canary`)
    const { key } = await app.apiKey({ name: 'Zelda' })
    const { path } = await app.organization({ name: 'Umbrella' })
    const { token } = await app.invite(path, 'zelda@acme.test', { message: 'zebra-canary' })
    await app.accept(token, { id: 'u_zelda', email: 'zelda@acme.test', name: 'Zelda' })
    const body = { invitations: [{ email: 'zelda2@acme.test' }] }
    const headers = { 'idempotency-key': 'zebra-canary' }
    await app.call('POST', `${path}/invitations`, { body, headers, key })
    await app.call('POST', `${path}/invitations`, { body, headers, key })
    await app.call('POST', `${path}/invitations`, { body: `{"email":"zelda@acme.test", ${key}` })
    await app.call('GET', `${path}?token=${token}`)
    await app.call('GET', `/invitations/${token}?secret=zebra-canary`, { key: null })
    await app.call('GET', path, { key: `${key}x`, headers: { cookie: 'session=zebra-canary' } })
    await app.call('GET', path, { actor: 'user:u_zelda', headers: { cookie: 'zebra-canary' } })

    const fails = async (statement: ReturnType<typeof sql>) =>
      app.deps.db.execute(statement).catch((err: unknown) => {
        app.deps.log.error({ err }, 'A statement failed')
      })
    await fails(sql`select ${'zebra-canary'}::uuid`)
    await fails(sql`select ${'zelda@acme.test'}::integer`)
    await fails(sql`insert into api_keys select * from api_keys where name = ${'Zelda'}`)
    app.deps.log.warn({ err: new Error('cannot use postgres://zelda:hunter2@db/muster') }, 'Failed')
    app.deps.log.info(
      { headers: { authorization: key, cookie: key }, token, password: key },
      'Asked'
    )
    await app.deps.db
      .execute(sql`select pg_terminate_backend(pg_backend_pid())`)
      .catch((err: unknown) => {
        app.deps.log.error({ err }, 'A connection was killed')
      })
    await until(async () => said().includes('Job given up'))

    t.match(said(), /the mail server refused/)
    t.match(said(), /invalid input syntax for type uuid/)
    t.match(said(), /duplicate key value violates/)
    for (const secret of [...NAMES, token, key, app.key, endpoint.secret]) {
      t.notOk(said().includes(secret), `nobody finds ${secret.slice(0, 12)}`)
    }
  }
)

await t.test('nor does a real process say them', async (t) => {
  const { databaseUrl } = await createTestApp(t)
  const secret = Buffer.alloc(32, 7).toString('base64url')
  const muster = await startMuster(t, 'start', {
    LOG_LEVEL: 'trace',
    DATABASE_URL: databaseUrl,
    SMTP_URL: 'smtp://zelda:hunter2@127.0.0.1:1',
    MUSTER_LINK_SECRETS: `k9:${secret}`,
    MUSTER_ENCRYPTION_KEYS: `k9:${secret}`
  })
  await fetch(`${muster.url}/invitations/zebra-canary?x=hunter2`)
  await fetch(`${muster.url}/v1/organizations`, {
    method: 'POST',
    headers: { authorization: 'Bearer zebra-canary', 'content-type': 'application/json' },
    body: '{"name":"Umbrella"'
  })
  await muster.stop()
  const said = muster.stdout() + muster.stderr()
  t.match(said, /"http.route"/)
  for (const name of [...NAMES, secret]) t.notOk(said.includes(name), name)
})
