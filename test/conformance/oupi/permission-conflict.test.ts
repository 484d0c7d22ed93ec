import t from 'tap'
import { inTurn, interleave } from '../../helpers/locks.js'
import { createProducts, type Team } from '../products.js'

const FRENCH = { 'accept-language': 'fr' }

await t.test('OUPI: permissions that cannot be changed', async (t) => {
  const products = await createProducts(t)
  const { call, deps } = products

  async function create() {
    const team = await products.team('oupi')
    await team.call('owner', 'POST', '/roles', {
      body: { key: 'press', label: { en: 'Press' }, permissions: ['team.view'] }
    })
    return team
  }
  const edit = (team: Team, by: string, body: object, headers = {}) =>
    team.call(by, 'PATCH', '/roles/press', { body, headers })
  const held = async (team: Team) => {
    const { body } = await team.call('owner', 'GET', '/roles')
    const roles = body.data as { key: string; permissions: string[] }[]
    return roles.find(({ key }) => key === 'press')?.permissions
  }

  await t.test('OUPI-121: two change a role at once: who comes second is refused', async (t) => {
    const team = await create()
    const expected_permissions = ['team.view']
    const [first, second] = await inTurn(deps.db, team.id, [
      () => edit(team, 'owner', { permissions: ['team.view', 'audit.view'], expected_permissions }),
      () => edit(team, 'admin', { permissions: ['group.manage'], expected_permissions }, FRENCH)
    ])
    t.equal(first?.status, 200)
    t.match(second, {
      status: 409,
      body: {
        code: 'permission_conflict',
        title: 'Conflit de permissions',
        permissions: ['team.view', 'audit.view']
      }
    })
    t.same(await held(team), ['team.view', 'audit.view'])
    t.equal((await team.events('role.updated')).length, 1)
    const again = await edit(team, 'admin', {
      permissions: ['group.manage'],
      expected_permissions: ['audit.view', 'team.view']
    })
    t.equal(again.status, 200, 'reading it again is the way out')
  })

  await t.test('OUPI-121: two change what a member may at once', async (t) => {
    const team = await create()
    const { id } = team.person('member')
    const give = (by: string, role: string, expected_role: string) =>
      team.call(by, 'PATCH', `/members/${id}`, { body: { role, expected_role } })
    const [first, second] = await inTurn(deps.db, team.id, [
      () => give('owner', 'readonly', 'member'),
      () => give('admin', 'press', 'member')
    ])
    t.match(first, { status: 200, body: { role: 'readonly' } })
    t.match(second, { status: 409, body: { code: 'permission_conflict', role: 'readonly' } })
    t.equal((await team.read('member')).role, 'readonly')
    t.equal((await team.events('member.role_changed')).length, 1)
    t.equal((await give('admin', 'press', 'readonly')).status, 200)
    const probe = await team.call('member', 'PATCH', `/members/${id}`, {
      body: { expected_role: 'owner' }
    })
    t.equal(probe.status, 400, 'nothing is asked by it alone')
  })

  await t.test('OUPI-121: the role is no more, or its author may no longer', async (t) => {
    const team = await create()
    const gone = await interleave(deps.db, team.id, {
      request: () => edit(team, 'admin', { permissions: [] }),
      meanwhile: (tx) => tx.execute(`delete from custom_roles where key = 'press'`)
    })
    t.match(gone, { status: 404, body: { code: 'not_found' } })
    const other = await create()
    const admin = other.person('admin')
    const fallen = await interleave(deps.db, other.id, {
      request: () => edit(other, 'admin', { permissions: [] }),
      meanwhile: (tx) =>
        tx.execute(`update members set role = 'member' where user_id = '${admin.userId}'`)
    })
    t.match(fallen, { status: 403, body: { code: 'not_permitted' } })
    t.same(await held(other), ['team.view'])
  })

  await t.test('OUPI-121: permissions that do not go together with anything', async (t) => {
    const team = await create()
    const stories = [
      ['owner', ['team.fly'], 422, 'unknown_permissions'],
      ['owner', ['*'], 422, 'unknown_permissions'],
      ['admin', ['billing.edit'], 403, 'exceeds_own_permissions'],
      ['member', ['team.view'], 403, 'not_permitted']
    ] as const
    for (const [by, permissions, status, code] of stories) {
      const refused = await edit(team, by, { permissions: [...permissions] })
      t.match([refused.status, refused.body.code], [status, code], `${by} ${permissions[0]}`)
    }
    const policys = await team.call('owner', 'PATCH', '/roles/member', {
      body: { permissions: ['team.view'] }
    })
    t.match([policys.status, policys.body.code], [409, 'role_is_the_policys'])
    t.same(await held(team), ['team.view'])
    t.same(await team.events('role.updated'), [])
  })

  await t.test('OUPI-121: a plan without roles of one’s own', async (t) => {
    const team = await create()
    await call('PUT', `${team.path}/billing`, { body: { entitlements: ['team'] } })
    const refused = await edit(team, 'owner', { permissions: [] })
    t.match([refused.status, refused.body.code], [402, 'not_entitled'])
    t.equal(refused.body.entitlement, 'custom_roles')
    t.same(await held(team), ['team.view'], 'what it made before stays as it is')
    await call('PUT', `${team.path}/billing`, { body: { entitlements: ['team', 'custom_roles'] } })
    t.equal((await edit(team, 'owner', { permissions: [] })).status, 200)
  })

  await t.test('OUPI-121: whoever says nothing of what they saw writes over it', async (t) => {
    const team = await create()
    await edit(team, 'owner', { permissions: ['audit.view'] })
    t.equal((await edit(team, 'admin', { permissions: ['team.view'] })).status, 200)
  })
})
