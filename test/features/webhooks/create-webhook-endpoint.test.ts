import { sql } from 'drizzle-orm'
import t from 'tap'
import { webhookEndpoints } from '../../../src/db/tables/webhooks.js'
import { EVENT_TYPES } from '../../../src/features/events/event-types.js'
import { createTestApp, START } from '../../helpers/app.js'
import { untilBlocked } from '../../helpers/database.js'
import { dumpRows } from '../../helpers/dump.js'
import { deploymentEvents } from '../../helpers/mail-events.js'
import { LOCAL_WEBHOOKS } from '../../helpers/receiver.js'
import { HOOKS } from '../../helpers/webhooks.js'

const PATH = '/v1/webhook-endpoints'
const ALL = { url: HOOKS, event_types: ['*'] }
const NO_SUCH = 'org_01jd3v8k2ffb5t0m5r6w9x7y3z'

await t.test('POST /v1/webhook-endpoints', async (t) => {
  const app = await createTestApp(t)
  const { call, deps, organization } = app
  const create = (body: unknown) => call('POST', PATH, { body })

  await t.test('makes one, and shows its secret this once', async (t) => {
    const [one, two] = [await organization(), await organization()]
    const given = {
      url: 'https://Hooks.Acme.test:443/a/../muster?tenant=7',
      description: 'Billing',
      event_types: ['member.*', 'api_key.created'],
      organization_ids: [one.id, two.id],
      ordered: true,
      contact_email: 'Ops@Acme.test'
    }
    const { status, body } = await create(given)
    const { secret, ...endpoint } = body
    t.equal(status, 201)
    t.match(endpoint.id, /^whe_/)
    t.same(endpoint, {
      ...given,
      id: endpoint.id,
      url: 'https://hooks.acme.test/muster?tenant=7',
      enabled: true,
      disabled_at: null,
      disabled_reason: null,
      failing_since: null,
      paused_until: null,
      previous_secret_expires_at: null,
      created_at: START.toISOString(),
      updated_at: START.toISOString()
    })
    t.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/, '32 bytes in base64')
    t.same((await call('GET', `${PATH}/${endpoint.id}`)).body, endpoint)
    const { body: list } = await call('GET', PATH)
    t.same(list.data, [endpoint])
    t.notOk(JSON.stringify(await dumpRows(deps.db)).includes(secret.slice(6)), 'it is kept sealed')
    const [row] = await deps.db.select().from(webhookEndpoints)
    t.equal(deps.sealer.open(row?.secret ?? Buffer.alloc(0)), secret)
    t.same(row?.typePatterns, ['member.%', 'api\\_key.created'])
  })

  await t.test('leaves an event, which tells no secret', async (t) => {
    const { body } = await create({ ...ALL, contact_email: 'ops@acme.test' })
    const [event] = await deploymentEvents(app, 'webhook_endpoint.created')
    t.match(event, {
      actorType: 'api_key',
      subjectType: 'webhook_endpoint',
      subjectId: body.id,
      changes: {}
    })
    t.same(event?.data, {
      url: HOOKS,
      description: null,
      event_types: ['*'],
      organization_ids: null,
      enabled: true,
      ordered: false,
      contact_email: 'ops@acme.test'
    })
  })

  await t.test('may be disabled from the beginning', async (t) => {
    const { status, body } = await create({ ...ALL, enabled: false })
    t.match([status, body], [201, { enabled: false, disabled_reason: 'manual' }])
    t.equal(body.disabled_at, START.toISOString())
  })

  await t.test('takes every type, every noun and everything', async (t) => {
    const nouns = [...new Set(EVENT_TYPES.map((type) => `${type.split('.')[0]}.*`))]
    for (const types of [nouns, EVENT_TYPES.slice(0, 100), EVENT_TYPES.slice(-100)]) {
      t.equal((await create({ ...ALL, event_types: types })).status, 201)
    }
  })

  await t.test('refuses what it does not know, and what is too long', async (t) => {
    const before = await dumpRows(deps.db)
    const wrong: Record<string, object> = {
      'no url': { url: undefined },
      'no types': { event_types: undefined },
      'an empty list of types': { event_types: [] },
      'an unknown type': { event_types: ['member.eaten'] },
      'an unknown noun': { event_types: ['planet.*'] },
      'a wildcard within a word': { event_types: ['mem*'] },
      'a pattern of the database': { event_types: ['member.%'] },
      'a type twice': { event_types: ['member.joined', 'member.joined'] },
      'a word for types': { event_types: '*' },
      'no organizations': { organization_ids: [] },
      'an id of another kind': { organization_ids: ['mem_01jd3v8k2ffb5t0m5r6w9x7y3z'] },
      'the same organization twice': { organization_ids: [NO_SUCH, NO_SUCH] },
      'too many organizations': {
        organization_ids: Array.from({ length: 101 }, (_, n) =>
          NO_SUCH.replace(/...$/, String(n).padStart(3, '0'))
        )
      },
      'an url with a blank': { url: 'https://hooks.acme.test/a b' },
      'an url with a tab': { url: 'https://hooks.acme.test/\tx' },
      'an url that is too long': { url: `https://hooks.acme.test/${'x'.repeat(2_048)}` },
      'an empty url': { url: '' },
      'an url that is none': { url: 7 },
      'a description with a line': { description: 'a\nb' },
      'a long description': { description: 'x'.repeat(501) },
      'no address': { contact_email: 'nobody' },
      'no word for yes': { enabled: 'yes' },
      'a secret of its own': { secret: 'whsec_AAAA' },
      'a nul': { description: 'a\u0000b' }
    }
    for (const [what, fields] of Object.entries(wrong)) {
      const { status, body } = await create({ ...ALL, ...fields })
      t.match([status, body.code], [400, 'invalid_request'], what)
    }
    t.same(await dumpRows(deps.db), before)
  })

  await t.test('refuses addresses to which nothing is sent, before it is tried', async (t) => {
    const refused: [url: string, code: string][] = [
      ['http://hooks.acme.test/', 'webhook_url_insecure'],
      ['ftp://hooks.acme.test/', 'webhook_url_invalid'],
      ['javascript:alert(1)', 'webhook_url_invalid'],
      ['file:///etc/passwd', 'webhook_url_invalid'],
      ['//hooks.acme.test/', 'webhook_url_invalid'],
      ['hooks.acme.test', 'webhook_url_invalid'],
      ['https://', 'webhook_url_invalid'],
      ['https://user@hooks.acme.test/', 'webhook_url_invalid'],
      ['https://:secret@hooks.acme.test/', 'webhook_url_invalid'],
      ['https://hooks.acme.test/#there', 'webhook_url_invalid'],
      ['https://hooks.acme.test/#', 'webhook_url_invalid'],
      [`https://hooks.acme.test/${'é'.repeat(1_000)}`, 'webhook_url_invalid'],
      ['https://127.0.0.1/', 'webhook_address_not_allowed'],
      ['https://2130706433/', 'webhook_address_not_allowed'],
      ['https://0x7f.1/', 'webhook_address_not_allowed'],
      ['https://10.1.2.3:8443/x', 'webhook_address_not_allowed'],
      ['https://169.254.169.254/latest/meta-data', 'webhook_address_not_allowed'],
      ['https://[::1]/', 'webhook_address_not_allowed'],
      ['https://[::ffff:10.0.0.1]/', 'webhook_address_not_allowed'],
      ['https://[fd00::1]/', 'webhook_address_not_allowed']
    ]
    for (const [url, code] of refused) {
      const { status, body } = await create({ ...ALL, url })
      t.match([status, body.code], [422, code], url)
    }
    const { body } = await call('POST', PATH, {
      body: { ...ALL, url: 'https://[::1]/' },
      headers: { 'accept-language': 'fr' }
    })
    t.match(body.detail, /Rien n’est envoyé à \[::1\]/)
    t.equal((await create({ ...ALL, url: 'https://93.184.215.14/' })).status, 201)
  })

  await t.test('tells unknown organizations from none of those that are deleted', async (t) => {
    const [org, gone] = [await organization(), await organization()]
    await call('DELETE', gone.path)
    for (const id of [NO_SUCH, gone.id]) {
      const { status, body } = await create({ ...ALL, organization_ids: [org.id, id] })
      t.match([status, body.code], [422, 'organizations_unknown'])
    }
  })

  await t.test('needs its scope', async (t) => {
    const { key } = await app.apiKey({ scopes: ['webhooks:read'] })
    const { status, body } = await call('POST', PATH, { body: ALL, key })
    t.match([status, body.code], [403, 'insufficient_scope'])
    t.equal((await call('GET', PATH, { key })).status, 200)
    const { key: other } = await app.apiKey({ scopes: ['webhooks:write'] })
    t.equal((await call('GET', PATH, { key: other })).status, 403)
    t.equal((await call('GET', PATH, { key: null })).status, 401)
    t.equal((await call('GET', PATH, { actor: 'user:u_1' })).status, 400)
  })

  await t.test('keeps an answer with a secret sealed, and gives it again', async (t) => {
    const headers = { 'idempotency-key': 'secret' }
    const first = await call('POST', PATH, { body: ALL, headers })
    t.notOk(JSON.stringify(await dumpRows(deps.db)).includes(first.body.secret.slice(6)))
    const second = await call('POST', PATH, { body: ALL, headers })
    t.same(second.body, first.body)
    t.equal(second.headers.get('idempotent-replayed'), 'true')
  })

  await t.test('ends at 500, also of two who come at the same moment', async (t) => {
    await deps.db.execute(sql`
      insert into webhook_endpoints (id, url, event_types, type_patterns, enabled, ordered, secret,
        disabled_at, disabled_reason, created_at, updated_at)
      select gen_random_uuid(), 'https://many.test/', '{*}', '{%}', false, false, '', now(), 'manual',
        now(), now()
      from generate_series(1, 499 - (select count(*)::int from webhook_endpoints))`)
    const { answers } = await deps.db.transaction(async (tx) => {
      await tx.execute(sql`lock table webhook_endpoints in share mode`)
      const answers = [create(ALL), create(ALL)]
      await untilBlocked(deps.db, 2)
      return { answers }
    })
    const ended = await Promise.all(answers)
    t.same(ended.map(({ status }) => status).sort(), [201, 422])
    const { body } = await create(ALL)
    t.match(body, { code: 'too_many_webhook_endpoints', limit: 500 })
    t.equal((await call('GET', `${PATH}?limit=1&include_total=true`)).body.total, 500)
  })
})

await t.test('what the operator has allowed', async (t) => {
  const { call } = await createTestApp(t, { environment: LOCAL_WEBHOOKS })
  const create = (url: string) => call('POST', PATH, { body: { ...ALL, url } })
  t.equal((await create('http://127.0.0.1:4000/x')).status, 201)
  t.equal((await create('https://127.0.0.1/')).status, 201)
  t.equal((await create('http://127.0.0.2/')).body.code, 'webhook_address_not_allowed')
})
