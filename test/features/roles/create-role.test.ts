import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { interleave } from '../../helpers/locks.js'

await t.test('POST {o}/roles', async (t) => {
  const { call, organization, member, apiKey, deps, unique } = await createTestApp(t)
  const create = (path: string, body: Record<string, unknown>, options = {}) =>
    call('POST', `${path}/roles`, { body, ...options })
  const label = { en: 'Editor' }

  await t.test('makes a role that stands among the others at once', async (t) => {
    const org = await organization()
    const permissions = ['team.view', 'app:articles.publish']
    const { status, body } = await create(org.path, {
      label: { en: 'Editor', fr: 'Rédacteur' },
      permissions
    })
    t.equal(status, 201)
    t.match(body, {
      key: 'editor',
      name: 'Editor',
      rank: 40,
      custom: true,
      min: 0,
      max: null,
      holders: 0,
      permissions,
      may: { invite: [], leave: true }
    })
    const ana = await member(org.path, { role: 'editor' })
    const { body: roles } = await call('GET', `${org.path}/roles`)
    t.same(roles.data.at(-1), { ...body, holders: 1 })
    const asked = { user_id: ana.userId, permission: 'app:articles.publish' }
    t.match((await call('POST', `${org.path}/authorize`, { body: asked })).body, { allowed: true })
    const { body: events } = await call('GET', `${org.path}/events?type=role.created`)
    t.match(events.data, [
      { subject: { type: 'role', id: 'editor' }, data: { permissions, label: body.label } }
    ])
  })

  await t.test('makes the key from the label when none is given, never a taken one', async (t) => {
    const { path } = await organization()
    const keyOf = async (text: string) =>
      (await create(path, { label: { fr: text }, permissions: [] })).body.key as string
    t.equal(await keyOf('Rédacteur en chef'), 'redacteur_en_chef')
    t.equal(await keyOf('Rédacteur  en-chef!'), 'redacteur_en_chef_2')
    t.equal(await keyOf('Owner'), 'owner_2')
    t.equal(await keyOf('Custom'), 'custom_2')
    t.equal(await keyOf('3D'), 'role_3d')
    t.equal(await keyOf('編集'), 'role')
    t.match(await keyOf('x'.repeat(100)), /^x{44}$/)
    t.match(await keyOf('x'.repeat(100)), /^x{44}_2$/)
  })

  await t.test('lets one language stand in for the other', async (t) => {
    const { path } = await organization()
    const { body } = await create(path, { label: { fr: 'Pigiste' }, permissions: [] })
    t.same(body.label, { en: 'Pigiste', fr: 'Pigiste' })
    for (const wrong of [{}, { en: '' }, { en: 'a', de: 'b' }]) {
      t.equal((await create(path, { label: wrong, permissions: [] })).status, 400)
    }
  })

  await t.test('refuses a key that a role has, and one that stands for all of them', async (t) => {
    const { path } = await organization()
    const given = (key: string) => create(path, { key, label, permissions: [] })
    t.equal((await given('editor')).status, 201)
    t.match(await given('editor'), { status: 409, body: { code: 'role_exists', key: 'editor' } })
    t.match(await given('owner'), { status: 409, body: { code: 'role_exists' } })
    for (const key of ['custom', '*', 'Editor', '1st', 'x'.repeat(49)]) {
      t.match(await given(key), { status: 400, body: { errors: [{ pointer: '#/key' }] } }, key)
    }
    t.equal((await given('customer')).status, 201)
  })

  await t.test('names permissions that mean nothing', async (t) => {
    const { path } = await organization()
    const permissions = ['team.view', 'team.fly', 'app:', 'app:ok']
    t.match(await create(path, { label, permissions }), {
      status: 422,
      body: { code: 'unknown_permissions', unknown: ['team.fly', 'app:'] }
    })
  })

  await t.test('lets nobody put in what they lack', async (t) => {
    const { path, as } = await organization()
    const admin = await member(path, { role: 'admin' })
    const by = (actor: string, permissions: string[]) =>
      create(path, { label, permissions }, { actor })
    t.match(await by(admin.as, ['team.view', 'org.settings', 'app:x']), {
      status: 403,
      body: { code: 'exceeds_own_permissions', missing_permissions: ['org.settings', 'app:x'] }
    })
    t.equal((await by(admin.as, ['team.view', 'notify.special.some'])).status, 201)
    t.equal((await by(as, ['org.settings:view'])).status, 201, 'what one’s own implies')
    const plain = await member(path)
    t.match(await by(plain.as, []), { status: 403, body: { code: 'not_permitted' } })
  })

  await t.test('is what the policy says: for nobody, for the entitled, for all', async (t) => {
    const role = { label, permissions: ['app:x'] }
    const never = await organization({ policy: 'ampliphi' })
    t.match(await create(never.path, role), { status: 422, body: { code: 'not_offered' } })
    const plain = await organization({ policy: 'oupi' })
    const refused = { status: 402, body: { code: 'not_entitled', entitlement: 'custom_roles' } }
    t.match(await create(plain.path, role), refused, 'not even for the host')
    const paid = await organization({ policy: 'oupi', billing: { entitlements: ['custom_roles'] } })
    t.equal((await create(paid.path, role)).status, 201)
    await call('PUT', `${paid.path}/billing`, { body: {} })
    t.match(await create(paid.path, role), refused)
  })

  await t.test('makes at most as many as the policy has', async (t) => {
    const { path } = await organization()
    for (let n = 1; n <= 20; n += 1) {
      t.equal((await create(path, { label, permissions: [] })).status, 201)
    }
    t.match(await create(path, { label, permissions: [] }), {
      status: 409,
      body: { code: 'too_many_roles', max: 20 }
    })
  })

  await t.test('judges by the role that the author has when its turn comes', async (t) => {
    const org = await organization()
    const { path, id } = org
    const { body: made } = await create(path, { label, permissions: ['role.manage', 'app:x'] })
    const ana = await member(path, { role: made.key })
    const answer = await interleave(deps.db, id, {
      request: () => create(path, { label, permissions: ['app:x'] }, { actor: ana.as }),
      meanwhile: (tx) =>
        tx.execute(
          `update custom_roles set permissions = '{role.manage}' where key = '${made.key}'`
        )
    })
    t.match(answer, { status: 403, body: { code: 'exceeds_own_permissions' } })
  })

  await t.test('is for keys with the scope, and made once under an Idempotency-Key', async (t) => {
    const { path } = await organization()
    const reader = await apiKey({ scopes: ['roles:read'] })
    const body = { label, permissions: [] }
    t.match(await create(path, body, { key: reader.key }), {
      status: 403,
      body: { code: 'insufficient_scope' }
    })
    const headers = { 'idempotency-key': unique('k') }
    const [one, two] = [
      await create(path, body, { headers }),
      await create(path, body, { headers })
    ]
    t.same([one.status, two.status, two.body], [201, 201, one.body])
    const { body: roles } = await call('GET', `${path}/roles`)
    t.equal(roles.data.length, 4)
  })
})
