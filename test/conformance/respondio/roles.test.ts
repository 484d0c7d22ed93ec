import t from 'tap'
import { PRESETS } from '../../../src/policy/presets.js'
import { placeResources } from '../../helpers/grants.js'
import { policyLike } from '../../helpers/policies.js'
import { createProducts, whoMay } from '../products.js'

const ROLES = ['org_admin', 'billing_admin', 'user_admin', 'member']
const FRENCH = { 'accept-language': 'fr' }

/** The four areas of the settings: what changing all of each takes, and what seeing some of it. */
const AREAS = [
  { name: 'general', all: ['org.rename', 'org.settings'], some: ['org.view'] },
  { name: 'users', all: ['member.invite', 'member.role', 'member.remove'], some: ['team.view'] },
  { name: 'workspaces', all: ['resource.manage', 'resource.assign'], some: ['resource.view'] },
  { name: 'billing', all: ['billing.edit', 'subscription.edit'], some: [] }
]

await t.test('respond.io: roles', async (t) => {
  const products = await createProducts(t)
  const place = placeResources(products)
  const team = products.of('respondio')
  const may = (permission: string) => whoMay(team, ROLES, permission)
  const matrix = async () => (await team.call('org_admin', 'GET', '/roles')).body
  /** What of these the holder of the role may do. */
  const rightsOf = async (role: string, permissions: readonly string[]) => {
    const asked = permissions.map(async (permission) => {
      const { allowed } = await team.authorize(role, permission)
      return allowed ? [permission] : []
    })
    return (await Promise.all(asked)).flat()
  }
  const assign = (role: string, ids: string[]) =>
    products.call('PATCH', `${team.path}/members/${team.person(role).id}`, {
      body: { resources: { choice: 'existing', ids } }
    })
  const sees = async (role: string, workspace: string) =>
    (await team.authorize(role, 'resource.view', { resource: workspace })).allowed

  await t.test(
    'RIO-02: three kinds of administrators open the settings, a member not',
    async (t) => {
      for (const path of ['/members', '/invitations', '']) {
        for (const role of ROLES.slice(0, 3)) {
          t.equal((await team.call(role, 'GET', path)).status, 200, `${role} ${path}`)
        }
        const refused = await team.call('member', 'GET', path)
        t.match([refused.status, refused.body.code], [403, 'not_permitted'], path)
      }
    }
  )

  await t.test('RIO-05 RIO-10: four roles, four areas: all of it, some of it, none', async (t) => {
    t.same(
      (await matrix()).data.map(({ key }: { key: string }) => key),
      ROLES
    )
    const levels = async (role: string) =>
      Promise.all(
        AREAS.map(async ({ all, some }) => {
          const held = await rightsOf(role, [...all, ...some])
          if (all.every((permission) => held.includes(permission))) return 'all'
          return held.length > 0 ? 'some' : 'none'
        })
      )
    t.same(await levels('org_admin'), ['all', 'all', 'all', 'all'])
    t.same(await levels('billing_admin'), ['some', 'some', 'some', 'all'])
    t.same(await levels('user_admin'), ['some', 'some', 'all', 'none'])
    t.same(await levels('member'), ['none', 'none', 'none', 'none'])
  })

  await t.test(
    'RIO-06: an organization administrator enters every workspace and manages every area',
    async (t) => {
      const { externalId } = await place(team.id, { kind: 'workspace' })
      t.ok(await sees('org_admin', externalId), 'one that nobody was given')
      const all = AREAS.flatMap(({ all }) => all)
      t.same(await rightsOf('org_admin', all), all)
      for (const role of ROLES.slice(1)) t.not((await rightsOf(role, all)).length, all.length, role)
    }
  )

  await t.test('RIO-07: a billing administrator manages billing, and nothing else', async (t) => {
    t.same(
      await rightsOf(
        'billing_admin',
        AREAS.flatMap(({ all }) => all)
      ),
      ['billing.edit', 'subscription.edit']
    )
  })

  await t.test(
    'RIO-08 RIO-34: a user administrator, called “Administrateur”, manages users and workspaces',
    async (t) => {
      const { id } = team.person('user_admin')
      const shown = await team.call('org_admin', 'GET', `/members/${id}`, { headers: FRENCH })
      t.match(shown.body, { role: 'user_admin', role_label: 'Administrateur' })
      const invited = await team.call('user_admin', 'POST', '/invitations', {
        body: { emails: 'managed@respondio.test', role: 'member', send_email: false }
      })
      t.equal(invited.status, 201)
      const path = `/members/${String(invited.body.data[0].invitation.member_id)}`
      const resources = { choice: 'existing', ids: ['ws_managed'] }
      const assigned = await team.call('user_admin', 'PATCH', path, { body: { resources } })
      t.match(assigned.body, { resources: [{ external_id: 'ws_managed', mode: 'member' }] })
      const removed = await team.call('user_admin', 'DELETE', `${path}?confirm=true`)
      t.equal(removed.body.status, 'removed')
      t.match(await team.authorize('user_admin', 'resource.manage'), { allowed: true })
    }
  )

  await t.test(
    'RIO-09 RIO-49: a member enters the workspaces it was given, and no settings',
    async (t) => {
      t.notOk(await sees('member', 'ws_9'))
      await assign('member', ['ws_9'])
      t.ok(await sees('member', 'ws_9'))
      const other = await place(team.id, { kind: 'workspace' })
      t.notOk(await sees('member', other.externalId))
      const { permissions } = await matrix()
      const held = permissions
        .filter(({ roles }: { roles: string[] }) => roles.includes('member'))
        .map(({ permission }: { permission: string }) => permission)
      t.same(held, ['resource.view:assigned'])
      const settings = await team.call('member', 'PATCH', '', { body: { name: 'Mine' } })
      t.match([settings.status, settings.body.code], [403, 'not_permitted'])
    }
  )

  await t.test('RIO-11: a role is meant by its key, whatever it is called', async (t) => {
    const label = { en: 'Administrator', fr: 'Administrateur' }
    const roles = PRESETS.get('respondio')?.roles.map((role) =>
      role.key === 'member' ? role : { ...role, label }
    )
    const policy = await policyLike(products, 'respondio', { roles })
    const same = await products.team('respondio', { policy })
    const { body } = await same.call('org_admin', 'GET', '/roles', { headers: FRENCH })
    const called = body.data.filter(({ name }: { name: string }) => name === 'Administrateur')
    t.same(
      called.map(({ key }: { key: string }) => key),
      ['org_admin', 'billing_admin', 'user_admin']
    )
    t.same(await whoMay(same, ROLES, 'subscription.cancel'), ['org_admin'])
    t.same(await whoMay(same, ROLES, 'subscription.edit'), ['org_admin', 'billing_admin'])
    const byLabel = await same.call('org_admin', 'POST', '/invitations', {
      body: { emails: 'label@respondio.test', role: 'Administrateur' }
    })
    t.match([byLabel.status, byLabel.body.code], [422, 'unknown_role'])
  })

  await t.test('RIO-12: what anybody can do, the organization administrator can', async (t) => {
    const { data, permissions } = await matrix()
    for (const { permission, roles } of permissions) {
      if (roles.length > 0) t.ok(roles.includes('org_admin'), permission)
    }
    t.match(data[0], {
      key: 'org_admin',
      may: { invite: ROLES, change_role: { from: ROLES, to: ROLES }, remove: ROLES }
    })
  })

  await t.test(
    'RIO-13 RIO-25 RIO-35: all settings open for two; the user administrator is not one of them',
    async (t) => {
      t.same(await may('org.settings:view'), ['org_admin', 'billing_admin'])
      t.same(await may('org.settings'), ['org_admin'], 'and one changes them')
      for (const role of ROLES) {
        const { status } = await team.call(role, 'PATCH', '', { body: { locale: 'fr' } })
        t.equal(status, role === 'org_admin' ? 200 : 403, role)
      }
    }
  )

  await t.test(
    'RIO-14 RIO-26 RIO-36: one manages the organization’s information, two more see it',
    async (t) => {
      t.same(await may('org.view'), ['org_admin', 'billing_admin', 'user_admin'])
      t.same(await may('org.rename'), ['org_admin'])
      for (const role of ['billing_admin', 'user_admin']) {
        t.equal((await team.call(role, 'GET', '')).body.id, team.id, role)
        const refused = await team.call(role, 'PATCH', '', { body: { name: `By ${role}` } })
        t.match([refused.status, refused.body.code], [403, 'not_permitted'], role)
      }
      const renamed = await team.call('org_admin', 'PATCH', '', { body: { name: 'Acme 14' } })
      t.match([renamed.status, renamed.body.name], [200, 'Acme 14'])
    }
  )

  await t.test(
    'RIO-15 RIO-27 RIO-37: two manage billing information; the user administrator sees it',
    async (t) => {
      t.same(await may('billing.edit'), ['org_admin', 'billing_admin'])
      t.same(await may('billing.view'), ['org_admin', 'billing_admin', 'user_admin'])
    }
  )

  await t.test(
    'RIO-17 RIO-29 RIO-42: two manage all workspaces; the billing administrator sees them',
    async (t) => {
      t.same(await may('resource.manage'), ['org_admin', 'user_admin'])
      const { externalId } = await place(team.id, { kind: 'workspace' })
      for (const role of ['org_admin', 'billing_admin', 'user_admin']) {
        t.ok(await sees(role, externalId), role)
      }
      t.notOk(await sees('member', externalId))
    }
  )

  await t.test(
    'RIO-18 RIO-30 RIO-43: the subscription is managed by organization and billing administrators',
    async (t) => {
      t.same(await may('subscription.edit'), ['org_admin', 'billing_admin'])
    }
  )

  await t.test(
    'RIO-19 RIO-31 RIO-44: the organization administrator alone cancels the subscription',
    async (t) => {
      t.same(await may('subscription.cancel'), ['org_admin'])
      t.match(await team.authorize('billing_admin', 'subscription.cancel'), {
        allowed: false,
        code: 'not_permitted'
      })
    }
  )

  await t.test(
    'RIO-20 RIO-32 RIO-45: the organization administrator alone deletes the organization',
    async (t) => {
      t.same(await may('org.delete'), ['org_admin'])
    }
  )

  await t.test(
    'RIO-24: the billing administrator changes plan and payment details, and sees invoices',
    async (t) => {
      for (const permission of ['billing.view', 'billing.edit', 'subscription.edit']) {
        t.match(await team.authorize('billing_admin', permission), {
          allowed: true,
          via: { role: 'billing_admin', permission }
        })
      }
    }
  )
})
