import { and, eq } from 'drizzle-orm'
import t from 'tap'
import { buildApp } from '../../src/app.js'
import type { Tx } from '../../src/db/client.js'
import { members } from '../../src/db/tables/members.js'
import { newId } from '../../src/ids.js'
import { type Answer, createTestApp, START } from '../helpers/app.js'
import { interleave } from '../helpers/locks.js'

/** What every refusal of its kind says: all but the request's own id. */
const bodyOf = ({ body }: Answer) => ({ ...body, instance: undefined }) as unknown

await t.test('an API key proves the caller', async (t) => {
  const { call, organization, apiKey, clock, key } = await createTestApp(t)
  t.beforeEach(() => {
    clock.now = START
  })
  const org = await organization()

  await t.test('and nothing else does: every refusal looks the same', async (t) => {
    const revoked = await apiKey({})
    await call('DELETE', `/v1/api-keys/${revoked.id}`)
    const expired = await apiKey({ expires_at: '2030-01-02T00:00:00.000Z' })
    clock.now = new Date('2030-01-02T00:00:00.000Z')
    const [, id = '', secret = ''] = key.split('_')
    const wrong: Record<string, Record<string, string>> = {
      'no key': {},
      'another scheme': { authorization: `Basic ${key}` },
      'no value': { authorization: 'Bearer' },
      garbled: { authorization: 'Bearer mk_nothing' },
      'an id that is none': { authorization: `Bearer mk_${'8'.repeat(26)}_${secret}` },
      'an unknown id': { authorization: `Bearer mk_${newId('key').slice(4)}_${secret}` },
      'a wrong secret': { authorization: `Bearer mk_${id}_${secret.slice(1)}x` },
      'a secret cut short': { authorization: `Bearer ${key.slice(0, -1)}` },
      revoked: { authorization: `Bearer ${revoked.key}` },
      expired: { authorization: `Bearer ${expired.key}` }
    }
    const expected = bodyOf(await call('GET', org.path, { key: null }))
    t.match(expected, { status: 401, code: 'unauthenticated' })
    for (const [name, headers] of Object.entries(wrong)) {
      for (const path of [org.path, `/v1/organizations/${newId('org')}`, '/v1/api-keys']) {
        const answer = await call('GET', path, { key: null, headers })
        t.equal(answer.status, 401, `${name}, ${path}`)
        t.equal(answer.headers.get('www-authenticate'), 'Bearer')
        t.same(bodyOf(answer), expected)
      }
    }
  })

  await t.test('until the instant at which it expires', async (t) => {
    const { key } = await apiKey({ expires_at: '2030-01-02T00:00:00.000Z' })
    clock.now = new Date('2030-01-01T23:59:59.999Z')
    t.equal((await call('GET', org.path, { key })).status, 200)
    clock.now = new Date('2030-01-02T00:00:00.000Z')
    t.equal((await call('GET', org.path, { key })).status, 401)
  })

  await t.test('before anything else of the request is looked at', async (t) => {
    const headers = { 'muster-actor': 'nobody', 'idempotency-key': '' }
    const stranger = { key: `${key.slice(0, -1)}_`, headers, body: '{' }
    t.equal((await call('POST', `${org.path}/invitations`, stranger)).status, 401)
    const wrongSecret = { ...stranger, key: `${key.slice(0, -1)}${key.endsWith('x') ? 'y' : 'x'}` }
    t.equal((await call('POST', `${org.path}/invitations`, wrongSecret)).status, 401)
  })

  await t.test('whatever the case of the scheme', async (t) => {
    const headers = { authorization: `bearer ${key}` }
    t.equal((await call('GET', org.path, { key: null, headers })).status, 200)
  })
})

await t.test('a key that is limited to organizations', async (t) => {
  const { call, organization, apiKey, invite, accept } = await createTestApp(t)
  const mine = await organization()
  const other = await organization()
  const { key, id: keyId } = await apiKey({ organization_ids: [mine.id] })

  await t.test('finds no other: they look like ones that do not exist', async (t) => {
    t.equal((await call('GET', mine.path, { key })).status, 200)
    const nowhere = await call('GET', `/v1/organizations/${newId('org')}`, { key })
    t.match(nowhere, { status: 404, body: { code: 'not_found' } })
    for (const path of [other.path, `${other.path}/members`, '/v1/organizations/org_x']) {
      const answer = await call('GET', path, { key })
      t.equal(answer.status, 404, path)
      t.same(bodyOf(answer), bodyOf(nowhere))
    }
  })

  await t.test('lists only its own', async (t) => {
    const { body } = await call('GET', '/v1/organizations?include_total=true', { key })
    t.same([body.total, body.data.map((one: { id: string }) => one.id)], [1, [mine.id]])
  })

  await t.test('cannot create organizations, nor see or revoke keys', async (t) => {
    const owner = { user_id: 'u', email: 'u@acme.test' }
    const refused = [
      await call('POST', '/v1/organizations', { key, body: { name: 'New', owner } }),
      await call('GET', '/v1/api-keys', { key }),
      await call('GET', `/v1/api-keys/${keyId}`, { key }),
      await call('DELETE', `/v1/api-keys/${keyId}`, { key })
    ]
    for (const answer of refused) {
      t.match(answer, { status: 403, body: { code: 'key_limited_to_organizations' } })
    }
  })

  await t.test('cannot make a key that reaches further than itself', async (t) => {
    const make = (fields: Record<string, unknown>) =>
      call('POST', '/v1/api-keys', { key, body: { name: 'k', scopes: ['*'], ...fields } })
    for (const ids of [undefined, null, [other.id], [mine.id, other.id]]) {
      const answer = await make(ids === undefined ? {} : { organization_ids: ids })
      t.match(answer, { status: 403, body: { code: 'scope_not_held' } })
    }
    t.equal((await make({ organization_ids: [mine.id] })).status, 201)
  })

  await t.test('cannot accept another’s invitation, nor learn that the link is good', async (t) => {
    const { token } = await invite(other.path, 'ana@limits.test')
    const user = { id: 'u_ana', email: 'ana@limits.test' }
    t.match(await accept(token, user, { key }), {
      status: 404,
      body: { code: 'invitation_link_invalid' }
    })
    t.equal((await accept(token, user)).status, 200)
  })
})

await t.test('a scope', async (t) => {
  const { call, organization, apiKey } = await createTestApp(t)
  const org = await organization()
  const { key } = await apiKey({ scopes: ['members:read'] })

  await t.test('is needed for each operation', async (t) => {
    t.equal((await call('GET', `${org.path}/members`, { key })).status, 200)
    for (const path of [org.path, `${org.path}/events`, '/v1/organizations', '/v1/api-keys']) {
      const answer = await call('GET', path, { key })
      t.match(answer, { status: 403, body: { code: 'insufficient_scope', scope: String } }, path)
    }
    t.match(await call('POST', `${org.path}/invitations`, { key, body: { emails: 'a@b.test' } }), {
      status: 403,
      body: { scope: 'invitations:write', detail: /lacks the scope invitations:write/ }
    })
  })

  await t.test('is asked for after the organization: a missing one stays missing', async (t) => {
    const { status } = await call('GET', `/v1/organizations/${newId('org')}`, { key })
    t.equal(status, 404)
  })
})

await t.test('Muster-Actor', async (t) => {
  const { call, organization, member, invite, deps } = await createTestApp(t)
  const rename = (path: string, actor: string) =>
    call('PATCH', path, { actor, body: { name: 'Renamed' } })

  await t.test(
    'names a member by user or by member id, who is told of in the events',
    async (t) => {
      const org = await organization()
      const ana = await member(org.path, { role: 'admin' })
      t.equal((await call('PATCH', org.path, { actor: ana.as, body: { name: 'A' } })).status, 200)
      const actor = `member:${ana.id}`
      t.equal((await call('PATCH', org.path, { actor, body: { name: 'B' } })).status, 200)
      const { body } = await call('GET', `${org.path}/events?type=organization.updated`)
      const expected = { type: 'member', id: ana.id }
      t.match(body.data, [{ actor: expected }, { actor: expected }])
    }
  )

  await t.test('is 404 for whoever is no member here, invited or a stranger', async (t) => {
    const org = await organization()
    const elsewhere = await organization()
    const foreign = await member(elsewhere.path)
    const { invitation } = await invite(org.path, 'not-yet@actor.test')
    const nobody = [
      'user:u_nobody',
      `member:${newId('mem')}`,
      elsewhere.as,
      `member:${foreign.id}`,
      `member:${String(invitation.member_id)}`
    ]
    for (const actor of nobody) {
      t.match(await rename(org.path, actor), { status: 404, body: { code: 'actor_not_member' } })
    }
  })

  await t.test('is 404 for one who was a member', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { role: 'admin' })
    await deps.db
      .update(members)
      .set({ status: 'removed', endedBy: 'removed', removedAt: START })
      .where(isMember(org.id, ana.id))
    t.match(await rename(org.path, ana.as), { status: 404, body: { code: 'actor_not_member' } })
  })

  await t.test('is 403 for a suspended member, whatever the role', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { role: 'admin' })
    await deps.db.update(members).set({ status: 'suspended' }).where(isMember(org.id, ana.id))
    t.match(await rename(org.path, ana.as), { status: 403, body: { code: 'actor_suspended' } })
  })

  await t.test('is 403 where the member’s role lacks the permission', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { role: 'member' })
    t.equal((await call('GET', org.path, { actor: ana.as })).status, 200)
    const refused = { status: 403, body: { code: 'not_permitted', because: /member lacks/ } }
    t.match(await rename(org.path, ana.as), refused)
    t.match(await call('GET', `${org.path}/events`, { actor: ana.as }), refused)
  })

  await t.test('is 400 when malformed', async (t) => {
    const org = await organization()
    const wrong = ['olga', 'user:', 'member:x', `member:${org.id}`, `user:${'u'.repeat(256)}`]
    for (const actor of wrong) {
      t.match(await call('GET', org.path, { actor }), {
        status: 400,
        body: { code: 'invalid_request', errors: [{ pointer: 'header:/Muster-Actor' }] }
      })
    }
  })

  await t.test('is 400 where nobody can be acted for', async (t) => {
    const org = await organization()
    for (const path of ['/v1/organizations', '/v1/api-keys']) {
      const { status, body } = await call('GET', path, { actor: org.as })
      t.match([status, body.errors], [400, [{ pointer: 'header:/Muster-Actor' }]])
    }
  })
})

await t.test('what changes while a command waits for the organization', async (t) => {
  const { call, organization, member, deps } = await createTestApp(t)

  async function renameWhile(change: (tx: Tx, ids: [string, string]) => Promise<unknown>) {
    const org = await organization()
    const ana = await member(org.path, { role: 'admin' })
    const answer = await interleave(deps.db, org.id, {
      request: () => call('PATCH', org.path, { actor: ana.as, body: { name: 'Late' } }),
      meanwhile: (tx) => change(tx, [org.id, ana.id])
    })
    return { answer, name: (await call('GET', org.path)).body.name as string }
  }

  await t.test('counts: a role that was taken away meanwhile', async (t) => {
    const { answer, name } = await renameWhile((tx, ids) =>
      tx
        .update(members)
        .set({ role: 'member' })
        .where(isMember(...ids))
    )
    t.match(answer, { status: 403, body: { code: 'not_permitted' } })
    t.equal(name, 'Acme')
  })

  await t.test('counts: a member who was suspended meanwhile', async (t) => {
    const { answer, name } = await renameWhile((tx, ids) =>
      tx
        .update(members)
        .set({ status: 'suspended' })
        .where(isMember(...ids))
    )
    t.equal(answer.status, 404)
    t.equal(name, 'Acme')
  })

  await t.test('is nothing: the command goes through', async (t) => {
    const { answer, name } = await renameWhile(async () => undefined)
    t.equal(answer.status, 200)
    t.equal(name, 'Late')
  })
})

await t.test('a route that does not say who may call it stops the app from starting', async (t) => {
  const { deps } = await createTestApp(t)
  const app = await buildApp(deps)
  t.teardown(() => app.close())
  t.throws(() => app.get('/v1/new', async () => ({})), /\/v1\/new declares no access/)
})

function isMember(organizationId: string, id: string) {
  return and(eq(members.organizationId, organizationId), eq(members.id, id))
}
