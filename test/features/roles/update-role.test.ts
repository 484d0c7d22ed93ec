import t from 'tap'
import { createTestApp } from '../../helpers/app.js'
import { interleave } from '../../helpers/locks.js'

await t.test('PATCH {o}/roles/{role_key}', async (t) => {
  const { call, organization, member, deps } = await createTestApp(t)
  const create = (path: string, body: Record<string, unknown> = {}) =>
    call('POST', `${path}/roles`, {
      body: { key: 'press', label: { en: 'Press', fr: 'Presse' }, permissions: ['app:x'], ...body }
    })
  const update = (path: string, body: Record<string, unknown>, options = {}) =>
    call('PATCH', `${path}/roles/press`, { body, ...options })
  const eventsOf = async (path: string) =>
    (await call('GET', `${path}/events?type=role.updated`)).body.data as unknown[]

  await t.test('changes what its holders may do at once, and says what it was', async (t) => {
    const { path } = await organization()
    await create(path)
    const ana = await member(path, { role: 'press' })
    const may = async (permission: string) => {
      const body = { user_id: ana.userId, permission }
      return (await call('POST', `${path}/authorize`, { body })).body.allowed as boolean
    }
    t.same([await may('app:x'), await may('app:y')], [true, false])
    const { status, body } = await update(path, { permissions: ['app:y'] })
    t.match([status, body.permissions, body.holders], [200, ['app:y'], 1])
    t.same([await may('app:x'), await may('app:y')], [false, true])
    t.match(await eventsOf(path), [
      { subject: { id: 'press' }, changes: { permissions: [['app:x'], ['app:y']] } }
    ])
  })

  await t.test('keeps the language that is not given, unless it stood in', async (t) => {
    const { path } = await organization()
    await create(path)
    const relabel = async (label: object) => (await update(path, { label })).body.label as unknown
    t.same(await relabel({ en: 'Media' }), { en: 'Media', fr: 'Presse' })
    t.same(await relabel({ fr: 'Media' }), { en: 'Media', fr: 'Media' })
    t.same(await relabel({ fr: 'Médias' }), { en: 'Médias', fr: 'Médias' })
    t.equal((await eventsOf(path)).length, 3)
    t.same(await relabel({ en: 'Médias' }), { en: 'Médias', fr: 'Médias' })
    t.equal((await eventsOf(path)).length, 3, 'what changes nothing leaves no event')
    t.equal((await update(path, {})).status, 400)
  })

  await t.test('is for nobody whom the role exceeds, before or after', async (t) => {
    const { path } = await organization()
    const admin = await member(path, { role: 'admin' })
    const by = { actor: admin.as }
    await create(path, { permissions: ['team.view', 'billing.edit'] })
    const refused = (missing: string[]) => ({
      status: 403,
      body: { code: 'exceeds_own_permissions', missing_permissions: missing }
    })
    t.match(await update(path, { label: { en: 'Mine' } }, by), refused(['billing.edit']))
    t.match(await update(path, { permissions: [] }, by), refused(['billing.edit']))
    await update(path, { permissions: ['team.view'] })
    t.match(await update(path, { permissions: ['org.delete'] }, by), refused(['org.delete']))
    t.equal((await update(path, { permissions: ['audit.view'] }, by)).status, 200)
    t.match(await update(path, { permissions: ['nothing'] }, by), {
      status: 422,
      body: { code: 'unknown_permissions', unknown: ['nothing'] }
    })
  })

  await t.test('does not touch the policy’s own roles, nor those of others', async (t) => {
    const [one, two] = [await organization(), await organization()]
    await create(one.path)
    const body = { label: { en: 'Mine' } }
    t.match(await call('PATCH', `${one.path}/roles/admin`, { body }), {
      status: 409,
      body: { code: 'role_is_the_policys' }
    })
    t.match(await call('PATCH', `${two.path}/roles/press`, { body }), {
      status: 404,
      body: { code: 'not_found' }
    })
  })

  await t.test('follows another change that came first', async (t) => {
    const { path, id } = await organization()
    await create(path)
    const answer = await interleave(deps.db, id, {
      request: () => update(path, { permissions: ['app:late'] }),
      meanwhile: (tx) =>
        tx.execute(`delete from custom_roles where organization_id in (
          select organization_id from custom_roles) and key = 'press'`)
    })
    t.equal(answer.status, 404)
  })
})
