import { eq } from 'drizzle-orm'
import t from 'tap'
import { webhookEndpoints } from '../../../src/db/tables/webhooks.js'
import { createTestApp, DAY_MS, START, type TestApp } from '../../helpers/app.js'
import { dumpRows } from '../../helpers/dump.js'
import { deploymentEvents } from '../../helpers/mail-events.js'
import { endpointFor } from '../../helpers/webhooks.js'

/** What signs for an endpoint: by its secret, and by the one before. */
async function secretsOf({ deps }: TestApp, id: string) {
  const [row] = await deps.db.select().from(webhookEndpoints).where(eq(webhookEndpoints.id, id))
  const open = (sealed: Buffer | null | undefined) => sealed && deps.sealer.open(sealed)
  return [open(row?.secret), open(row?.previousSecret)]
}

await t.test('POST /v1/webhook-endpoints/{id}/rotate-secret', async (t) => {
  const app = await createTestApp(t)
  const { call, clock, deps } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const rotate = (path: string, headers = {}) => call('POST', `${path}/rotate-secret`, { headers })

  await t.test('gives another secret; the one before is good for a day', async (t) => {
    const { path, id, secret } = await endpointFor(app)
    const { status, body } = await rotate(path)
    const until = new Date(START.getTime() + DAY_MS).toISOString()
    t.equal(status, 200)
    t.match(body, { id, secret: /^whsec_/, previous_secret_expires_at: until })
    t.not(body.secret, secret)
    t.same(await secretsOf(app, id), [body.secret, secret])
    const [event] = await deploymentEvents(app, 'webhook_endpoint.secret_rotated')
    t.match(event, { subjectId: id, actorType: 'api_key', changes: {} })
    t.same(event?.data, { previous_secret_expires_at: until })
    const { secret: told, ...endpoint } = body
    t.same((await call('GET', path)).body, endpoint)
    clock.now = new Date(START.getTime() + DAY_MS)
    t.equal((await call('GET', path)).body.previous_secret_expires_at, null)
    const kept = JSON.stringify(await dumpRows(deps.db))
    for (const one of [secret, told]) t.notOk(kept.includes(one.slice(6)), 'both are kept sealed')
  })

  await t.test('again within the day, the one before that is over', async (t) => {
    const { path, id, secret } = await endpointFor(app)
    const { body: first } = await rotate(path)
    clock.now = new Date(START.getTime() + DAY_MS / 2)
    const { body: second } = await rotate(path)
    t.same(await secretsOf(app, id), [second.secret, first.secret])
    t.not(first.secret, secret)
    t.equal(second.previous_secret_expires_at, '2030-01-02T12:00:00.000Z')
  })

  await t.test('a repetition gets the same secret, which is kept sealed', async (t) => {
    const { path, id } = await endpointFor(app)
    const headers = { 'idempotency-key': 'rotate' }
    const { body: first } = await rotate(path, headers)
    const { body: second } = await rotate(path, headers)
    t.equal(second.secret, first.secret)
    t.equal((await secretsOf(app, id))[0], first.secret)
    t.notOk(JSON.stringify(await dumpRows(deps.db)).includes(first.secret.slice(6)))
  })

  await t.test('also of a disabled one; of a missing one it is 404', async (t) => {
    const { path } = await endpointFor(app, { enabled: false })
    t.equal((await rotate(path)).status, 200)
    t.equal((await rotate('/v1/webhook-endpoints/whe_01jd3v8k2ffb5t0m5r6w9x7y3z')).status, 404)
    const { key } = await app.apiKey({ scopes: ['webhooks:read'] })
    t.equal((await call('POST', `${path}/rotate-secret`, { key })).status, 403)
  })
})
