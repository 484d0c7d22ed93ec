import t from 'tap'
import { newId } from '../../../src/ids.js'
import { createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { untilShown } from '../../helpers/event-feed.js'

const at = (days: number) => new Date(START.getTime() + days * DAY_MS).toISOString()

await t.test('PATCH /v1/api-keys/{api_key_id}', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, apiKey, clock } = app
  const update = (id: string, body: Record<string, unknown>, key?: string) =>
    call('PATCH', `/v1/api-keys/${id}`, { body, ...(key === undefined ? {} : { key }) })
  const codeOf = async (id: string, body: Record<string, unknown>, key?: string) => {
    const answer = await update(id, body, key)
    return (answer.body.code ?? answer.status) as unknown
  }
  const eventsOf = async (id: string) => {
    await untilShown(app)
    const { body } = await call('GET', '/v1/events?types=api_key.updated&limit=1000')
    return body.data.filter((one: { subject: { id: string } }) => one.subject.id === id) as {
      changes: Record<string, [unknown, unknown]>
    }[]
  }

  await t.test('holds for the very next request, and tells what was and what is', async (t) => {
    const org = await organization()
    const { id, key } = await apiKey({ name: 'CRM', scopes: ['organizations:read'] })
    t.equal((await call('GET', org.path, { key })).status, 200)
    const changed = await update(id, { scopes: ['members:read'], rate_limit_per_minute: 600 })
    t.match(changed, {
      status: 200,
      body: { id, name: 'CRM', scopes: ['members:read'], rate_limit_per_minute: 600 }
    })
    t.match(await call('GET', org.path, { key }), {
      status: 403,
      body: { code: 'insufficient_scope' }
    })

    const other = await organization()
    await update(id, { name: 'CRM 2', organization_ids: [other.id], expires_at: at(1) })
    t.equal((await call('GET', `${org.path}/members`, { key })).status, 404)
    t.equal((await call('GET', `${other.path}/members`, { key })).status, 200)
    clock.now = new Date(at(1))
    t.equal((await call('GET', `${other.path}/members`, { key })).status, 401)
    clock.now = START

    t.same(
      (await eventsOf(id)).map(({ changes }) => changes),
      [
        {
          scopes: [['organizations:read'], ['members:read']],
          rate_limit_per_minute: [null, 600]
        },
        {
          name: ['CRM', 'CRM 2'],
          organization_ids: [null, [other.id]],
          expires_at: [null, at(1)]
        }
      ]
    )
  })

  await t.test('says nothing of what stays as it is', async (t) => {
    const [one, two] = [await organization(), await organization()]
    const { id } = await apiKey({
      scopes: ['members:read', 'members:write'],
      organization_ids: [one.id, two.id],
      expires_at: at(2),
      rate_limit_per_minute: 60
    })
    const same = await update(id, {
      name: 'another',
      scopes: ['members:write', 'members:read'],
      organization_ids: [two.id, one.id],
      expires_at: at(2),
      rate_limit_per_minute: 60
    })
    t.equal(same.status, 200)
    t.same(await eventsOf(id), [])
    clock.now = new Date(at(3))
    t.equal((await update(id, { expires_at: at(2) })).status, 200, 'nor where it is over by now')
    clock.now = START
  })

  await t.test('a weaker key makes others narrower, and wider only what is its own', async (t) => {
    const weak = await apiKey({ scopes: ['api-keys:write', 'members:read'], expires_at: at(10) })
    const strong = await apiKey({ scopes: ['*'], organization_ids: [(await organization()).id] })
    const by = (id: string, body: Record<string, unknown>) => codeOf(id, body, weak.key)
    t.equal(await by(strong.id, { organization_ids: null }), 'scope_not_held')
    t.equal(await by(strong.id, { scopes: ['members:read', 'events:read'] }), 200, 'narrower')
    t.equal(await by(strong.id, { scopes: ['*'] }), 'scope_not_held')
    t.equal(await by(strong.id, { name: 'strong' }), 200)

    const reader = await apiKey({ scopes: ['members:read'], expires_at: at(5) })
    t.equal(await by(reader.id, { scopes: ['members:read', 'members:write'] }), 'scope_not_held')
    t.equal(await by(reader.id, { scopes: ['members:read', 'api-keys:write'] }), 200)
    t.equal(await by(reader.id, { expires_at: at(9) }), 200)
    t.equal(await by(reader.id, { expires_at: at(11) }), 'expiry_beyond_own')
    t.equal(await by(reader.id, { expires_at: null }), 'expiry_beyond_own')
    const forever = await apiKey({ scopes: ['members:read'] })
    t.equal(await by(forever.id, { expires_at: at(300) }), 200, 'sooner than it would have')
    t.equal(await by(weak.id, { scopes: ['*'] }), 'scope_not_held', 'not even itself')
    t.equal(await by(weak.id, { scopes: ['members:read'] }), 200)
    t.equal(await by(weak.id, { name: 'again' }), 'insufficient_scope', 'and then it cannot')
  })

  await t.test('refuses what is over, what is revoked, and what is none', async (t) => {
    const { id } = await apiKey({})
    t.equal(await codeOf(id, { expires_at: START.toISOString() }), 'expiry_in_past')
    for (const body of [
      {},
      { name: '' },
      { scopes: [] },
      { scopes: ['members:destroy'] },
      { rate_limit_per_minute: 0 },
      { rate_limit_per_minute: 1_000_001 },
      { rate_limit_per_minute: 1.5 },
      { secret: 'mine' },
      { organization_ids: [] }
    ]) {
      t.equal(await codeOf(id, body), 'invalid_request', JSON.stringify(body))
    }
    await call('DELETE', `/v1/api-keys/${id}`)
    t.match(await update(id, { name: 'back' }), { status: 409, body: { code: 'api_key_revoked' } })
    t.equal((await update(newId('key'), { name: 'none' })).status, 404)
  })

  await t.test('is not for keys of some organizations, not even for themselves', async (t) => {
    const org = await organization()
    const limited = await apiKey({ organization_ids: [org.id] })
    for (const id of [limited.id, newId('key')]) {
      const answer = await update(id, { name: 'mine' }, limited.key)
      t.match(answer, { status: 403, body: { code: 'key_limited_to_organizations' } })
    }
  })

  await t.test('one that is over goes on when it is told to end later', async (t) => {
    const { id, key } = await apiKey({ expires_at: at(1) })
    clock.now = new Date(at(2))
    t.equal((await call('GET', '/v1/organizations', { key })).status, 401)
    t.equal(await codeOf(id, { expires_at: null }), 200)
    t.equal((await call('GET', '/v1/organizations', { key })).status, 200)
    clock.now = START
  })
})
