import { eq } from 'drizzle-orm'
import t from 'tap'
import { members } from '../../../src/db/tables/members.js'
import { newId } from '../../../src/ids.js'
import { type CallOptions, createTestApp, DAY_MS, START } from '../../helpers/app.js'
import { dumpTables } from '../../helpers/dump.js'
import { policyLike } from '../../helpers/policies.js'

type Body = Record<string, unknown>

await t.test('POST {o}/authorize', async (t) => {
  const app = await createTestApp(t)
  const { call, organization, member, invite, apiKey, deps, clock, unique } = app
  t.beforeEach(() => {
    clock.now = START
  })
  const ask = (path: string, body: Body, options: CallOptions = {}) =>
    call('POST', `${path}/authorize`, { body, ...options })
  const answer = async (path: string, body: Body, options: CallOptions = {}) => {
    const { status, body: answered } = await ask(path, body, options)
    if (status !== 200) throw new Error(JSON.stringify(answered))
    return answered as Body
  }
  const set = (id: string, fields: Partial<typeof members.$inferInsert>) =>
    deps.db.update(members).set(fields).where(eq(members.id, id))

  await t.test('tells where a right comes from', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { role: 'admin' })
    const held = { allowed: true, member_id: ana.id, role: 'admin' }
    t.same(await answer(org.path, { user_id: ana.userId, permission: 'team.view' }), {
      ...held,
      via: { role: 'admin', permission: 'team.view' }
    })
    t.same(await answer(org.path, { member_id: ana.id, permission: 'notify.special.some' }), {
      ...held,
      via: { role: 'admin', permission: 'notify.special.some' }
    })
    const implied = { user_id: org.owner.user_id, permission: 'org.settings:view' }
    t.match(await answer(org.path, implied), { via: { role: 'owner', permission: 'org.settings' } })
  })

  await t.test('tells why not, to whoever develops and to people', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const check = { user_id: ana.userId, permission: 'billing.view' }
    t.same(await answer(org.path, check), {
      allowed: false,
      code: 'not_permitted',
      because: 'role member lacks billing.view',
      detail: 'The acting member’s role does not allow this.',
      member_id: ana.id,
      role: 'member'
    })
    const french = await answer(org.path, check, { headers: { 'accept-language': 'fr' } })
    t.match(french['detail'], /^Le rôle du membre/)
    t.match(await answer(org.path, { ...check, permission: 'app:anything' }), {
      allowed: false,
      code: 'not_permitted'
    })
  })

  await t.test('is no for whoever is not an active member, whatever the role', async (t) => {
    const org = await organization()
    const elsewhere = await organization()
    const { invitation } = await invite(org.path, 'soon@authorize.test', { role: 'admin' })
    const ana = await member(org.path, { role: 'admin' })
    const foreign = await member(elsewhere.path, { role: 'admin' })
    const no = async (who: Body) => {
      const { detail, ...rest } = await answer(org.path, { ...who, permission: 'team.view' })
      t.ok(detail)
      return rest
    }
    const nobody = { allowed: false, code: 'not_a_member' }
    for (const who of [
      { user_id: unique('u') },
      { member_id: newId('mem') },
      { user_id: foreign.userId },
      { member_id: foreign.id },
      { member_id: String(invitation.member_id) }
    ]) {
      t.match(await no(who), nobody, JSON.stringify(who))
    }
    const known = { member_id: ana.id, role: 'admin' }
    await set(ana.id, { status: 'suspended' })
    t.match(await no({ user_id: ana.userId }), { code: 'member_suspended', ...known })
    await set(ana.id, { status: 'reassignment_pending' })
    t.match(await no({ user_id: ana.userId }), { code: 'reassignment_pending', ...known })
    await set(ana.id, { status: 'removed', endedBy: 'removed', removedAt: START })
    t.match(await no({ user_id: ana.userId }), nobody)
    clock.now = new Date(START.getTime() + 7 * DAY_MS)
    t.match(await no({ member_id: String(invitation.member_id) }), nobody, 'an offer that ran out')
  })

  await t.test('follows an offer’s end by itself: who is restored may again', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { role: 'admin' })
    const offerExpiresAt = new Date(START.getTime() + DAY_MS)
    await set(ana.id, { status: 'reassignment_pending', offerExpiresAt, offerLapsesTo: 'active' })
    const check = { user_id: ana.userId, permission: 'team.view' }
    t.match(await answer(org.path, check), { code: 'reassignment_pending' })
    clock.now = offerExpiresAt
    t.match(await answer(org.path, check), { allowed: true })
  })

  await t.test('asks about the acting member where nobody is named', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const permission = 'member.invite'
    const owner = { actor: org.as }
    t.match(await answer(org.path, { permission }, owner), { allowed: true, role: 'owner' })
    t.match(await answer(org.path, { permission, user_id: ana.userId }, owner), { role: 'member' })
    t.match(await answer(org.path, { permission, member_id: ana.id }, owner), { role: 'member' })
    const nobody = { permission, user_id: unique('u') }
    t.match(await answer(org.path, nobody, owner), { code: 'not_a_member' })
    const many = { checks: [{ permission }, { permission, member_id: ana.id }] }
    t.match(await answer(org.path, many, owner), {
      data: [
        { allowed: true, role: 'owner' },
        { allowed: false, role: 'member' }
      ]
    })
  })

  await t.test('knows which resources the member was given', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { resources: { choice: 'existing', ids: ['ws_1', 'ws_2'] } })
    const bo = await member(org.path, { resources: { choice: 'existing', ids: ['ws_3'] } })
    const of = (permission: string, resource?: string) =>
      answer(org.path, { user_id: ana.userId, permission, ...(resource ? { resource } : {}) })
    t.match(await of('resource.view', 'ws_2'), {
      allowed: true,
      via: { permission: 'resource.view:assigned' }
    })
    t.match(await of('resource.settings', 'ws_1'), { code: 'not_permitted' }, 'given, not owned')
    t.match(await of('resource.view', 'ws_3'), {
      code: 'not_permitted',
      because: /lacks resource.view, and the resource is not the member's own/
    })
    t.match(await of('resource.view'), { code: 'not_permitted' }, 'of all')
    t.match(await of('resource.view:assigned'), { allowed: true }, 'the narrow right itself')
    const owner = { user_id: org.owner.user_id, permission: 'resource.view', resource: 'ws_3' }
    t.match(await answer(org.path, owner), { via: { permission: 'resource.view' } })
    t.match(await answer(org.path, { ...owner, resource: 'ws_9' }), { code: 'not_found' })
    const none = { user_id: bo.userId, permission: 'resource.view', resource: 'ws_1' }
    t.match(await answer(org.path, none), { code: 'not_permitted' })
  })

  await t.test('speaks in the policy’s own words', async (t) => {
    const texts = {
      not_permitted: { en: 'Ask an administrator.' },
      member_suspended: { en: 'On leave.' }
    }
    const org = await organization({ policy: await policyLike(app, 'standard', { texts }) })
    const ana = await member(org.path)
    const check = { user_id: ana.userId, permission: 'org.delete' }
    t.match(await answer(org.path, check), { detail: 'Ask an administrator.' })
    const headers = { 'accept-language': 'fr' }
    t.match(await answer(org.path, check, { headers }), { detail: /^Le rôle/ })
    await set(ana.id, { status: 'suspended' })
    t.match(await answer(org.path, check), { detail: 'On leave.' })
  })

  await t.test('answers up to 100 checks in their order', async (t) => {
    const org = await organization()
    const people = [await member(org.path), await member(org.path, { role: 'admin' })]
    const checks = Array.from({ length: 100 }, (_, index) => ({
      user_id: people[index % 2]?.userId,
      permission: 'member.invite',
      ...(index % 3 === 0 ? { role: 'admin' } : {})
    }))
    const { data } = (await answer(org.path, { checks })) as { data: Body[] }
    t.same(
      data.map(({ allowed }) => allowed),
      checks.map((_, index) => index % 2 === 1)
    )
    const one = await answer(org.path, checks[3] as Body)
    t.same(data[3], one, 'each as it would be answered alone')
    t.match((await ask(org.path, { checks: [...checks, checks[0]] })).body, {
      errors: [{ pointer: '#/checks' }]
    })
  })

  await t.test('refuses what cannot be meant, and says where', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const permission = 'team.view'
    const user_id = ana.userId
    const wrong: [Body, string][] = [
      [{ permission }, '#/user_id'],
      [{ user_id }, '#/permission'],
      [{}, '#/permission'],
      [{ user_id, member_id: ana.id, permission }, '#/member_id'],
      [{ user_id, permission: 'team.fly' }, '#/permission'],
      [{ user_id, permission: 'app:' }, '#/permission'],
      [{ user_id, permission, target: ana.id }, '#/target'],
      [{ user_id, permission, role: 'admin' }, '#/role'],
      [{ user_id, permission, resource: 'ws_1' }, '#/resource'],
      [{ user_id, permission: 'member.role', role: 'admin' }, '#/target'],
      [{ user_id, permission: 'member.role', target: ana.id }, '#/role'],
      [{ user_id, permission: 'member.invite', target: ana.id }, '#/target'],
      [{ user_id, permission: 'member.remove', role: 'admin' }, '#/role'],
      [{ user_id, permission, channel: 'pager' }, '#/channel'],
      [{ user_id, permission, confirm: true }, '#/confirm'],
      [{ user_id, checks: [{ user_id, permission }] }, '#/user_id'],
      [{ checks: [] }, '#/checks'],
      [{ checks: [{ user_id, permission }, { permission }] }, '#/checks/1/user_id'],
      [{ checks: [{ user_id, permission: 'x' }] }, '#/checks/0/permission']
    ]
    for (const [body, pointer] of wrong) {
      const expected = { status: 400, body: { code: 'invalid_request', errors: [{ pointer }] } }
      t.match(await ask(org.path, body), expected, JSON.stringify(body))
    }
    t.match((await ask(org.path, { user_id: 'a\u0000', permission })).status, 400)
  })

  await t.test('is for keys with the scope, and acting members who are active', async (t) => {
    const org = await organization()
    const ana = await member(org.path)
    const body = { user_id: ana.userId, permission: 'team.view' }
    const reader = await apiKey({ scopes: ['roles:read', 'members:read'] })
    t.match(await ask(org.path, body, { key: reader.key }), {
      status: 403,
      body: { code: 'insufficient_scope' }
    })
    const asking = await apiKey({ scopes: ['authorize'] })
    t.match(await ask(org.path, body, { key: asking.key }), { status: 200 })
    t.match(await ask(org.path, body, { actor: ana.as }), { status: 200 })
    await set(ana.id, { status: 'suspended' })
    t.match(await ask(org.path, { permission: 'team.view' }, { actor: ana.as }), {
      status: 403,
      body: { code: 'actor_suspended' }
    })
  })

  await t.test('repeats no answer: an Idempotency-Key means nothing to it', async (t) => {
    const org = await organization()
    const ana = await member(org.path, { role: 'admin' })
    const check = { user_id: ana.userId, permission: 'member.invite' }
    const headers = { 'idempotency-key': unique('k') }
    t.match(await answer(org.path, check, { headers }), { allowed: true })
    await set(ana.id, { role: 'member' })
    const again = await ask(org.path, check, { headers })
    t.match([again.status, again.body.allowed], [200, false])
    t.notOk(again.headers.has('idempotent-replayed'))
    const other = { ...check, permission: 'team.view' }
    t.equal((await ask(org.path, other, { headers })).status, 200, 'nor is another body refused')
    const { body: document } = await call('GET', '/openapi.json')
    const { parameters } = document.paths['/v1/organizations/{organization_id}/authorize'].post
    t.notMatch(JSON.stringify(parameters), 'Idempotency-Key')
  })

  await t.test('changes nothing', async (t) => {
    const org = await organization()
    const rows = async () => [...(await dumpTables(deps.db)).values()].flat().join('\n')
    const before = await rows()
    await answer(org.path, { permission: 'member.invite', role: 'admin' }, { actor: org.as })
    t.equal(await rows(), before)
  })
})
