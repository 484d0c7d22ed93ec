import t from 'tap'
import { newId } from '../../../src/ids.js'
import { createTestApp, START } from '../../helpers/app.js'
import { bearer } from '../../helpers/tokens.js'

await t.test('POST /v1/member-tokens', async (t) => {
  const { call, organization, member, apiKey, clock } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  const org = await organization()
  const mint = (body: Record<string, unknown>, key?: string) =>
    call('POST', '/v1/member-tokens', {
      ...(key === undefined ? {} : { key }),
      body: { organization_id: org.id, ...body }
    })
  const ask = (token: unknown, path = org.path) => call('GET', path, bearer(String(token)))

  await t.test('makes what its member calls with, until it ends', async (t) => {
    const ana = await member(org.path)
    const { status, body } = await mint({ user_id: ana.userId })
    t.match(
      [status, body],
      [201, { expires_at: '2030-01-01T00:15:00.000Z', organization_id: org.id, member_id: ana.id }]
    )
    t.equal((await ask(body.token)).status, 200)
    t.match(await ask(body.token, `${org.path}/events`), {
      status: 403,
      body: { code: 'not_permitted' }
    })
    clock.now = new Date('2030-01-01T00:14:59.999Z')
    t.equal((await ask(body.token)).status, 200)
    clock.now = new Date('2030-01-01T00:15:00.000Z')
    t.equal((await ask(body.token)).status, 401)
  })

  await t.test('tells the log by which key, and for whom', async (t) => {
    const ana = await member(org.path)
    const { key, id } = await apiKey({})
    await mint({ member_id: ana.id }, key)
    const { body } = await call('GET', `${org.path}/events?type=member_token.created`)
    t.match(body.data[0], {
      actor: { type: 'api_key', id },
      subject: { type: 'member', id: ana.id },
      data: { user_id: ana.userId, expires_at: '2030-01-01T00:15:00.000Z' }
    })
  })

  await t.test('is for an active member of an organization that the key reaches', async (t) => {
    const other = await organization()
    const ana = await member(org.path)
    const foreign = await member(other.path)
    const limited = await apiKey({ organization_ids: [other.id] })
    const notFound = { status: 404, body: { code: 'not_found' } }
    t.match(await mint({ member_id: ana.id }, limited.key), notFound)
    t.match(await mint({ member_id: foreign.id }), notFound)
    t.match(await mint({ user_id: foreign.userId }), notFound)
    t.match(await mint({ organization_id: newId('org'), member_id: ana.id }), notFound)
    await call('POST', `${org.path}/members/${ana.id}/suspend`, { body: {} })
    t.match(await mint({ member_id: ana.id }), { status: 409, body: { code: 'member_not_active' } })
    const scoped = await apiKey({ scopes: ['members:write', 'members:act-as'] })
    t.match(await mint({ member_id: ana.id }, scoped.key), {
      status: 403,
      body: { scope: 'member-tokens:write' }
    })
    t.equal((await mint({})).status, 400)
    t.equal((await mint({ member_id: ana.id, user_id: ana.userId })).status, 400)
    for (const seconds of [59, 3_601, '900']) {
      t.equal((await mint({ member_id: ana.id, expires_in_seconds: seconds })).status, 400)
    }
  })

  await t.test('gives no more than the key may, in that organization alone', async (t) => {
    const other = await organization()
    const { key } = await apiKey({ scopes: ['member-tokens:write', 'members:read'] })
    const { body } = await mint({ user_id: org.owner.user_id }, key)
    t.equal((await ask(body.token, `${org.path}/members`)).status, 200)
    t.match(await ask(body.token), { status: 403, body: { scope: 'organizations:read' } })
    t.match(await ask(body.token, `${other.path}/members`), { status: 404 })
    for (const path of ['/v1/organizations', `/v1/users/${org.owner.user_id}/memberships`]) {
      t.match(await ask(body.token, path), { status: 403, body: { code: 'api_key_required' } })
    }
  })

  await t.test('is worth nothing once its key is revoked or its member is not', async (t) => {
    const { key, id } = await apiKey({})
    const ana = await member(org.path)
    const { body } = await mint({ member_id: ana.id }, key)
    await call('POST', `${org.path}/members/${ana.id}/suspend`, { body: {} })
    t.match(await ask(body.token), { status: 403, body: { code: 'actor_suspended' } })
    await call('POST', `${org.path}/members/${ana.id}/reactivate`, { body: {} })
    t.equal((await ask(body.token)).status, 200)
    await call('DELETE', `/v1/api-keys/${id}`)
    t.match(await ask(body.token), { status: 401, body: { code: 'unauthenticated' } })
    const again = await mint({ member_id: ana.id })
    await call('DELETE', `${org.path}/members/${ana.id}`)
    t.match(await ask(again.body.token), { status: 404 })
  })

  await t.test('is the same for the same Idempotency-Key', async (t) => {
    const headers = { 'idempotency-key': 'once' }
    const body = { organization_id: org.id, user_id: org.owner.user_id }
    const ask = () => call('POST', '/v1/member-tokens', { headers, body })
    const [first, second] = [await ask(), await ask()]
    t.equal(second.headers.get('idempotent-replayed'), 'true')
    t.equal(second.body.token, first.body.token)
  })
})
