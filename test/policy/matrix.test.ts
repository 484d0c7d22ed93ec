import t from 'tap'
import { decide } from '../../src/policy/decide.js'
import { type Policy, PolicyDocument } from '../../src/policy/document.js'
import { matrixOf, mayOf } from '../../src/policy/matrix.js'
import { PERMISSIONS } from '../../src/policy/permissions.js'
import { PRESETS } from '../../src/policy/presets.js'
import { withCustomRoles } from '../../src/policy/roles.js'

const preset = (key: string) => PRESETS.get(key) as Policy

await t.test('what holders of a role may do to whom is what decide says', async (t) => {
  for (const [name, policy] of PRESETS) {
    const keys = policy.roles.map(({ key }) => key)
    for (const actor of keys) {
      const may = mayOf(policy, actor)
      for (const key of keys) {
        const { allowed } = decide(
          policy,
          { kind: 'member', id: 'a', role: actor, channel: 'web' },
          { type: 'remove', target: { id: 'b', role: key, status: 'active' } },
          { holders: () => ({ active: 9, all: 9 }), confirmed: true }
        )
        t.equal(may.remove.includes(key), allowed, `${name}: ${actor} removes ${key}`)
      }
    }
  }
})

await t.test('what only the moment knows is not held against it', async (t) => {
  t.ok(mayOf(preset('ampliphi'), 'owner').transferOwnership)
  t.same(mayOf(preset('openphone'), 'owner').remove, ['owner', 'admin', 'member'], 'from the web')
  t.same(mayOf(preset('oupi'), 'admin').remove, ['admin', 'member', 'readonly'], 'once confirmed')
  const one = PolicyDocument.parse({
    key: 'one',
    roles: [
      { key: 'boss', label: { en: 'B', fr: 'B' }, rank: 2, max: 1, permissions: ['member.invite'] },
      { key: 'hand', label: { en: 'H', fr: 'H' }, rank: 1, permissions: [] }
    ],
    creator_role: 'boss',
    default_role: 'hand',
    authority: { invite: [{ actor: 'boss', roles: ['*'] }] }
  })
  t.same(mayOf(one, 'boss').invite, ['boss', 'hand'], 'though there is a boss already')
})

await t.test('whose role may be changed, and into what', async (t) => {
  const { changeRole } = mayOf(preset('openphone'), 'admin')
  t.same(changeRole, { from: ['admin', 'member'], to: ['admin', 'member'] })
  t.same(mayOf(preset('ampliphi'), 'admin').changeRole, { from: ['standard'], to: ['admin'] })
  t.same(mayOf(preset('respondio'), 'user_admin').changeRole, { from: [], to: [] })
})

await t.test(
  'a role of the organization’s own that exceeds the actor’s is not given',
  async (t) => {
    const label = { en: 'x', fr: 'x' }
    const policy = withCustomRoles(preset('standard'), [
      { key: 'strong', label, permissions: ['billing.edit'] },
      { key: 'weak', label, permissions: ['team.view'] }
    ])
    const { invite, changeRole, remove } = mayOf(policy, 'admin')
    t.same(invite, ['admin', 'member', 'weak'])
    t.same(changeRole, {
      from: ['admin', 'member', 'strong', 'weak'],
      to: ['admin', 'member', 'weak']
    })
    t.ok(remove.includes('strong'))
  }
)

await t.test('the matrix has every role and every permission', async (t) => {
  for (const [name, policy] of PRESETS) {
    const { may, permissions } = matrixOf(policy)
    t.same(
      [...may.keys()],
      policy.roles.map(({ key }) => key),
      name
    )
    const rows = permissions.map(({ permission }) => permission)
    t.same(rows.slice(0, PERMISSIONS.length), PERMISSIONS)
    const named = policy.roles.flatMap((role) => role.permissions)
    t.same(
      named.filter((permission) => !rows.includes(permission)),
      []
    )
    for (const { permission, roles } of permissions) {
      const actor = (role: string) => ({ kind: 'member', id: 'a', role, channel: 'web' }) as const
      const sold = { entitlements: ['team', 'groups'] }
      const expected = policy.roles.filter(
        ({ key }) => decide(policy, actor(key), { type: 'use', permission }, sold).allowed
      )
      t.same(
        roles,
        expected.map(({ key }) => key),
        `${name}: ${permission}`
      )
    }
  }
})

await t.test('the largest policy there can be is answered in time', async (t) => {
  const label = { en: 'x', fr: 'x' }
  const standard = preset('standard')
  const rules = [{ actor: '*', roles: ['*'] }]
  const large = withCustomRoles(
    {
      ...standard,
      authority: {
        ...standard.authority,
        invite: rules,
        remove: rules,
        change_role: [{ actor: '*', from: ['*'], to: ['member'] }]
      }
    },
    Array.from({ length: 200 }, (_, index) => ({
      key: `role_${index}`,
      label,
      permissions: ['member.role', 'member.invite', 'member.remove', `app:${index}`]
    }))
  )
  const start = performance.now()
  matrixOf(large)
  const ms = performance.now() - start
  t.ok(ms < 5_000, `${Math.round(ms)} ms`)
})
