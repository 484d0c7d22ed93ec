import t, { type Test } from 'tap'
import { placeResources } from '../../helpers/grants.js'
import { createProducts, whoMay } from '../products.js'

const ROLES = ['owner', 'admin', 'member']
const MANAGERS = ['owner', 'admin']

/** The product's own table: rule, row, by what permission, and who has it. */
const TABLE = [
  ['OP-21', 'send SMS, call, message teammates', 'app:comms', ROLES],
  ['OP-22', 'manage contacts', 'app:contacts', ROLES],
  ['OP-23', 'bulk-import contacts', 'app:contacts.import', ROLES],
  ['OP-24', 'invite team members', 'member.invite', MANAGERS],
  ['OP-25', 'remove team members', 'member.remove', MANAGERS],
  ['OP-26', 'update members’ roles', 'member.role', MANAGERS],
  ['OP-27', 'manage billing', 'billing.edit', ['owner']],
  ['OP-28', 'update phone-number settings', 'resource.settings', MANAGERS],
  ['OP-29', 'add new phone numbers', 'app:numbers.add', MANAGERS],
  ['OP-30', 'create workspace groups', 'group.manage', MANAGERS],
  ['OP-31', 'configure integrations', 'app:integrations', MANAGERS],
  ['OP-32', 'submit and manage porting requests', 'app:porting', MANAGERS]
] as const

await t.test('OpenPhone: roles', async (t) => {
  const products = await createProducts(t)
  const place = placeResources(products)
  const team = products.of('openphone')
  const may = (permission: string) => whoMay(team, ROLES, permission)
  const matrix = async () => (await team.call('owner', 'GET', '/roles')).body
  /** The permissions of a role, as the matrix shows them. */
  const heldBy = async (role: string): Promise<string[]> =>
    (await matrix()).permissions
      .filter(({ roles }: { roles: string[] }) => roles.includes(role))
      .map(({ permission }: { permission: string }) => permission)

  await t.test('OP-02: exactly three roles; a workspace makes none of its own', async (t) => {
    const { data } = await matrix()
    t.match(
      data,
      ROLES.map((key) => ({ key, custom: false }))
    )
    t.equal(data.length, ROLES.length)
    const role = { label: { en: 'Agent' }, permissions: ['app:comms'] }
    const byOwner = await team.call('owner', 'POST', '/roles', { body: role })
    t.match([byOwner.status, byOwner.body.code], [403, 'not_permitted'])
    const byHost = await products.call('POST', `${team.path}/roles`, { body: role })
    t.match([byHost.status, byHost.body.code], [422, 'not_offered'])
  })

  await t.test('OP-20: a table of three columns says who may what', async (t) => {
    const { data, permissions } = await matrix()
    t.same(
      data.map(({ label }: { label: { en: string } }) => label.en),
      ['Owner', 'Admin', 'Member']
    )
    for (const [, row, permission, roles] of TABLE) {
      const found = permissions.find((one: { permission: string }) => one.permission === permission)
      t.same(found?.roles, roles, row)
    }
  })

  /** What the table says of these rows is what holders of each role may really do. */
  const holdRows = async (t: Test, rules: readonly string[]) => {
    const rows = TABLE.filter(([rule]) => rules.includes(rule))
    t.equal(rows.length, rules.length)
    for (const [, row, permission, roles] of rows) t.same(await may(permission), roles, row)
  }

  await t.test(
    'OP-21 OP-22 OP-23: everybody calls, and manages and imports contacts',
    async (t) => {
      await holdRows(t, ['OP-21', 'OP-22', 'OP-23'])
    }
  )

  await t.test('OP-24 OP-27: owners and admins invite, owners alone manage billing', async (t) => {
    await holdRows(t, ['OP-24', 'OP-27'])
  })

  await t.test(
    'OP-29 OP-31 OP-32: owners and admins add numbers, integrate and port',
    async (t) => {
      await holdRows(t, ['OP-29', 'OP-31', 'OP-32'])
    }
  )

  await t.test('the other rows: removing, roles, number settings, groups', async (t) => {
    await holdRows(t, ['OP-25', 'OP-26', 'OP-28', 'OP-30'])
  })

  await t.test('OP-25 OP-26: nobody but owners removes owners or changes their role', async (t) => {
    const { data } = await matrix()
    const [owner, admin, member] = data.map(({ may }: { may: object }) => may)
    t.match(owner, { remove: ROLES, change_role: { from: ROLES, to: ROLES } })
    const managed = ['admin', 'member']
    t.match(admin, { remove: managed, change_role: { from: managed, to: managed } })
    t.same(
      [admin.remove, admin.change_role.from, admin.change_role.to],
      [managed, managed, managed]
    )
    t.same([member.remove, member.change_role.from, member.change_role.to], [[], [], []])
  })

  await t.test('OP-28: a member updates the settings of its own numbers only', async (t) => {
    const { id } = team.person('member')
    const [own, other] = [await place(team.id), await place(team.id)]
    await own.own(id)
    await other.grant(id, 'shared')
    const settings = (resource: string, who = 'member') =>
      team.authorize(who, 'resource.settings', { resource })
    t.match(await settings(own.id), { allowed: true })
    t.match(await settings(other.id), { allowed: false, code: 'not_permitted' })
    t.match(await settings(other.id, 'admin'), { allowed: true })
  })

  await t.test('OP-30: groups are created by owners and admins', async (t) => {
    for (const role of ROLES) {
      const { status } = await team.call(role, 'POST', '/groups', { body: { name: `Of ${role}` } })
      t.equal(status, role === 'member' ? 403 : 201, role)
    }
  })

  await t.test(
    'OP-03: an owner lacks nothing that anybody has, of Muster or product',
    async (t) => {
      const { permissions } = await matrix()
      for (const { permission, roles } of permissions) {
        if (roles.length > 0) t.ok(roles.includes('owner'), permission)
      }
      t.same((await heldBy('owner')).filter((one) => one.startsWith('app:')).sort(), [
        'app:comms',
        'app:contacts',
        'app:contacts.import',
        'app:integrations',
        'app:numbers.add',
        'app:porting'
      ])
      t.equal((await team.call('owner', 'PATCH', '', { body: { name: 'Ours' } })).status, 200)
    }
  )

  await t.test(
    'OP-04 OP-12: owners manage billing and subscription; an admin does not even look',
    async (t) => {
      for (const permission of [
        'billing.view',
        'billing.edit',
        'subscription.edit',
        'subscription.cancel'
      ]) {
        t.same(await may(permission), ['owner'], permission)
      }
    }
  )

  await t.test('OP-10: admins configure the workspace and its integrations', async (t) => {
    const answer = await team.call('admin', 'PATCH', '', { body: { time_zone: 'Europe/Paris' } })
    t.match([answer.status, answer.body.time_zone], [200, 'Europe/Paris'])
    t.match(await team.authorize('admin', 'org.settings'), { allowed: true })
    t.match(await team.authorize('admin', 'app:integrations'), { allowed: true })
  })

  await t.test('OP-13: but for owners’ affairs and billing, an admin has all', async (t) => {
    const admin = await heldBy('admin')
    t.same(
      (await heldBy('owner')).filter((permission) => !admin.includes(permission)),
      [
        // Brings people in without asking them, as owners too.
        'member.import',
        // Makes a further owner.
        'org.transfer',
        // Ends every owner’s membership, and the subscription with it.
        'org.delete',
        'billing.view',
        'billing.edit',
        'subscription.edit',
        'subscription.cancel'
      ]
    )
  })

  await t.test('OP-17: a member manages nothing but its own numbers', async (t) => {
    const held = await heldBy('member')
    t.same(
      held.filter((permission) => !permission.startsWith('app:')),
      ['resource.view:assigned', 'resource.assign:own', 'resource.settings:own']
    )
    for (const path of ['/members', '/invitations', '/events', '/summary', '']) {
      const refused = await team.call('member', 'GET', path)
      t.match([refused.status, refused.body.code], [403, 'not_permitted'], path)
    }
  })

  await t.test('OP-18: a member cannot modify workspace settings', async (t) => {
    for (const change of [{ name: 'Mine' }, { locale: 'en' }, { links: {} }]) {
      const refused = await team.call('member', 'PATCH', '', { body: change })
      t.match([refused.status, refused.body.code], [403, 'not_permitted'])
    }
    for (const permission of ['org.rename', 'org.settings', 'domain.claim', 'group.manage']) {
      t.same(await may(permission), MANAGERS, permission)
    }
  })
})
