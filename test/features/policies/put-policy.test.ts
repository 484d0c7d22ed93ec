import { sql } from 'drizzle-orm'
import t from 'tap'
import { selectEvents } from '../../../src/features/events/queries.js'
import { createTestApp } from '../../helpers/app.js'
import { policyDocument, role } from '../../helpers/policies.js'

await t.test('PUT /v1/policies/{key}', async (t) => {
  const { call, deps, organization, unique, apiKey } = await createTestApp(t)
  const put = (key: string, fields: Record<string, unknown> = {}, rest: object = {}) =>
    call('PUT', `/v1/policies/${key}`, { body: { document: policyDocument(key, fields), ...rest } })
  const eventsOf = (key: string) =>
    selectEvents(deps.db, { where: sql`e.subject_id = ${key}`, order: 'asc', limit: 100 })

  await t.test(
    'makes a first version, and a further one only where something differs',
    async (t) => {
      const key = unique('p')
      const first = await put(key)
      t.match([first.status, first.body.version, first.body.preset], [201, 1, false])
      t.equal(first.body.document.invitations.lifetime, 'P7D', 'with what it left out')
      const again = await put(key)
      t.match([again.status, again.body.version], [200, 1])
      t.same(again.body, first.body)
      const spelledOut = await put(key, { locale: 'en', suspension: { enabled: false } })
      t.equal(spelledOut.body.version, 1, 'saying a default says nothing new')
      const second = await put(key, { locale: 'fr' })
      t.match([second.status, second.body.version], [200, 2])
      t.match(await eventsOf(key), [
        {
          type: 'policy.created',
          subjectType: 'policy',
          actorName: 'first key',
          policyVersion: 1
        },
        { type: 'policy.versioned', data: { version: 2, members_moved: 0 }, policyVersion: 2 }
      ])
    }
  )

  await t.test('organizations of the key follow the new version at once', async (t) => {
    const key = unique('p')
    await put(key)
    const org = await organization({ policy: key })
    t.equal((await call('PATCH', org.path, { actor: org.as, body: { name: 'New' } })).status, 403)
    const roles = policyDocument(key).roles.map((one) =>
      one.key === 'owner' ? { ...one, permissions: [...one.permissions, 'org.rename'] } : one
    )
    await put(key, { roles })
    t.equal((await call('PATCH', org.path, { actor: org.as, body: { name: 'New' } })).status, 200)
  })

  await t.test('refuses what is no policy, and names where it is wrong', async (t) => {
    const key = unique('p')
    const wrong: [Record<string, unknown>, string][] = [
      [{ colour: 'red' }, '#/document/colour'],
      [{ seats: { mod: 'none' } }, '#/document/seats/mod'],
      [{ creator_role: 'king' }, '#/document/creator_role'],
      [
        { authority: { invite: [{ actor: 'king', roles: ['*'] }] } },
        '#/document/authority/invite/0'
      ],
      [{ roles: [role('owner', ['team.destroy'])] }, '#/document/roles/0/permissions/0'],
      [{ roles: 'all' }, '#/document/roles'],
      [{ texts: { 'a~b/c': { en: 'x' } } }, '#/document/texts/a~0b~1c'],
      [{ texts: { seat_exhausted: { en: 'x' } } }, '#/document/texts/seat_exhausted'],
      [
        { texts: { 'seats_exhausted.nonsense': { en: 'x' } } },
        '#/document/texts/seats_exhausted.nonsense'
      ],
      [{ texts: { 'status.gone': { en: 'x' } } }, '#/document/texts/status.gone'],
      [{ links: { base_url: 'ftp://app.acme.test' } }, '#/document/links/base_url'],
      [{ links: { base_url: 'https://app.acme.test?x=1' } }, '#/document/links/base_url'],
      [{ links: { base_url: 'https://u:p@app.acme.test' } }, '#/document/links/base_url'],
      [{ links: { accept_url: 'javascript:alert(1)' } }, '#/document/links/accept_url'],
      [{ links: { accept_url: 'https://evil.test/' } }, '#/document/links/accept_url'],
      [{ mail: { from: 'Acme <team@evil.test>' } }, '#/document/mail/from'],
      [{ mail: { from: 'Acme\r\nBcc: <x@app.acme.test>' } }, '#/document/mail/from'],
      [{ mail: { reply_to: 'nobody' } }, '#/document/mail/reply_to']
    ]
    for (const [fields, pointer] of wrong) {
      const { status, body } = await put(key, fields)
      t.match([status, body.code, body.errors?.[0]?.pointer], [422, 'invalid_policy', pointer])
      t.ok(body.errors?.[0]?.detail, pointer)
    }
    const other = await call('PUT', `/v1/policies/${key}`, {
      body: { document: policyDocument('another') }
    })
    t.match([other.status, other.body.errors], [422, [{ pointer: '#/document/key' }]])
    const none = await call('GET', `/v1/policies/${key}`)
    t.equal(none.status, 404)
  })

  await t.test('takes own words for every code, and hosts that the operator allows', async (t) => {
    const { status } = await put(unique('p'), {
      texts: {
        seats_exhausted: { en: 'Full.' },
        'confirmation_required.member.remove': { fr: 'Vraiment ?' },
        'not_offered.suspend': { en: 'Nobody is suspended here.' },
        'status.invited': { en: 'Pending' },
        'invitation.created': { en: 'Sent.' },
        'mail.invitation.subject': { en: 'Come!' }
      },
      links: { base_url: 'https://app.acme.test/team', accept_url: 'https://go.allowed.test/' },
      mail: { from: 'Acme <team@app.acme.test>', reply_to: 'help@anywhere.test' }
    })
    t.equal(status, 201)
  })

  await t.test('refuses a body that is malformed, too deep or too large', async (t) => {
    const key = unique('p')
    const send = async (body: unknown) => {
      const { status, body: answer } = await call('PUT', `/v1/policies/${key}`, { body })
      return [status, answer.code]
    }
    const deep = `{"document":${'['.repeat(50_000)}${']'.repeat(50_000)}}`
    t.same(await send(deep), [400, 'invalid_request'])
    const nested = `{"document":${'{"x":'.repeat(50_000)}1${'}'.repeat(50_000)}}`
    t.same(await send(nested), [400, 'invalid_request'])
    t.same(await send({}), [400, 'invalid_request'])
    t.same(await send({ document: 'x' }), [400, 'invalid_request'])
    t.same(await send({ document: policyDocument(key), force: true }), [400, 'invalid_request'])
    const large = {
      ...policyDocument(key),
      texts: { seats_exhausted: { en: 'x'.repeat(2 ** 20) } }
    }
    t.same(await send({ document: large }), [413, 'payload_too_large'])
    t.same(await send({ document: { key, x: 'a\u0000b' } }), [400, 'invalid_request'])
    const unknown = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`x${i}`, 1]))
    const { status, body } = await put(key, unknown)
    t.match([status, body.code, body.errors.length], [422, 'invalid_policy', 100])
  })

  await t.test(
    'refuses a policy that lets members rise, unless that is said to be meant',
    async (t) => {
      const key = unique('p')
      const authority = {
        ...policyDocument(key).authority,
        own_role_change: true,
        change_role: [{ actor: '*', from: ['*'], to: ['*'] }]
      }
      const roles = policyDocument(key).roles.map((one) =>
        one.key === 'editor' ? { ...one, permissions: ['member.role'] } : one
      )
      const refused = await put(key, { authority, roles })
      t.match([refused.status, refused.body.code], [422, 'policy_unsafe'])
      const { findings } = refused.body
      const rise = findings.find(({ code }: { code: string }) => code === 'self_escalation')
      t.match(rise, { severity: 'error', roles: ['editor'] })
      t.ok(rise.steps.length > 0, 'with a way to get there')
      const codes = findings
        .filter(({ severity }: { severity: string }) => severity === 'error')
        .map(({ code }: { code: string }) => code)
      const some = await put(key, { authority, roles }, { allow_findings: ['unreachable_role'] })
      t.equal(some.body.code, 'policy_unsafe', 'another finding does not count')
      const taken = await put(key, { authority, roles }, { allow_findings: [...new Set(codes)] })
      t.equal(taken.status, 201)
      t.match(await eventsOf(key), [{ data: { allowed_findings: [...new Set(codes)] } }])
    }
  )

  await t.test('a policy that ships with Muster is copied, not changed', async (t) => {
    const { body: standard } = await call('GET', '/v1/policies/standard')
    t.equal(standard.preset, true)
    const change = { document: { ...standard.document, locale: 'fr' } }
    const { status, body } = await call('PUT', '/v1/policies/standard', { body: change })
    t.match([status, body.code], [409, 'preset_policy'])
  })

  await t.test('is for keys of the whole deployment that may write policies', async (t) => {
    const { id } = await organization()
    const limited = await apiKey({ organization_ids: [id] })
    const reader = await apiKey({ scopes: ['policies:read'] })
    const body = { document: policyDocument('mine') }
    for (const { key } of [limited, reader]) {
      t.equal((await call('PUT', '/v1/policies/mine', { body, key })).status, 403)
    }
    t.equal((await call('GET', '/v1/policies/mine')).status, 404)
  })
})
