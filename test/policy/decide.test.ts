import t from 'tap'
import { decide } from '../../src/policy/decide.js'
import type {
  Action,
  Circumstances,
  DecidingActor,
  ResourceStanding
} from '../../src/policy/decision.js'
import { type Policy, PolicyDocument } from '../../src/policy/document.js'
import { PERMISSIONS } from '../../src/policy/permissions.js'
import { PRESETS } from '../../src/policy/presets.js'
import { withCustomRoles } from '../../src/policy/roles.js'

const preset = (key: string) => PRESETS.get(key) as Policy
const standard = preset('standard')
const HOST = { kind: 'host' } as const
const as = (role: string, channel: 'web' | 'mobile' | null = 'web') =>
  ({ kind: 'member', id: 'actor', role, channel }) as const
const other = (role: string, status = 'active') => ({ id: 'other', role, status })
const enough: Circumstances = { holders: () => ({ active: 2, all: 2 }), confirmed: true }

const codeOf = (
  policy: Policy,
  actor: DecidingActor,
  action: Action,
  circumstances: Circumstances = enough
) => {
  const decision = decide(policy, actor, action, circumstances)
  return decision.allowed ? 'allowed' : decision.code
}
const use = (permission: string, own = false) => ({ type: 'use', permission, own }) as const

await t.test('the host itself may do everything that the policy knows', async (t) => {
  for (const permission of PERMISSIONS) {
    t.equal(codeOf(standard, HOST, use(permission)), 'allowed', permission)
  }
  t.equal(codeOf(standard, HOST, { type: 'invite', role: 'emperor' }), 'unknown_role')
  t.equal(
    codeOf(preset('ampliphi'), HOST, { type: 'suspend', target: other('admin') }),
    'not_offered'
  )
})

await t.test('holders of a role, and confirmations, hold for the host too', async (t) => {
  const one: Circumstances = { holders: () => ({ active: 1, all: 1 }), confirmed: true }
  const remove = { type: 'remove', target: other('owner') } as const
  t.equal(codeOf(standard, HOST, remove, one), 'last_holder')
  t.equal(codeOf(preset('ampliphi'), HOST, { type: 'invite', role: 'owner' }, one), 'single_holder')
  const unsure = { ...enough, confirmed: false }
  t.equal(
    codeOf(preset('oupi'), HOST, { type: 'remove', target: other('admin') }, unsure),
    'confirmation_required'
  )
})

await t.test('a member may do what the role permits, and nothing else', async (t) => {
  t.equal(codeOf(standard, as('member'), use('team.view')), 'allowed')
  t.equal(codeOf(standard, as('member'), use('team.summary')), 'not_permitted')
  t.equal(codeOf(standard, as('a role that has gone'), use('team.view')), 'not_permitted')
})

await t.test('x covers x:own, all covers some, and nothing covers more than it says', async (t) => {
  const { via } = decide(standard, as('owner'), use('resource.view:assigned')) as { via?: string }
  t.equal(via, 'resource.view')
  t.equal(codeOf(standard, as('owner'), use('notify.special.some')), 'allowed')
  t.equal(codeOf(standard, as('admin'), use('notify.special.all')), 'not_permitted')
  t.equal(codeOf(standard, as('member'), use('resource.view')), 'not_permitted')
  t.equal(codeOf(standard, as('member'), use('resource.view', true)), 'allowed', 'of its own')
  t.equal(codeOf(preset('openphone'), as('member'), use('app:contacts.import')), 'allowed')
  t.equal(codeOf(preset('openphone'), as('member'), use('app:contacts.export')), 'not_permitted')
})

await t.test('the first test that fails names the refusal, in this order', async (t) => {
  const [ampliphi, oupi, openphone] = ['ampliphi', 'oupi', 'openphone'].map(preset) as [
    Policy,
    Policy,
    Policy
  ]
  const remove = (role: string, id = 'other') =>
    ({ type: 'remove', target: { id, role, status: 'active' } }) as const
  t.equal(codeOf(ampliphi, as('standard'), remove('owner', 'actor')), 'not_permitted')
  t.equal(codeOf(ampliphi, as('owner'), remove('owner', 'actor')), 'self_removal')
  t.equal(codeOf(ampliphi, as('admin'), remove('owner')), 'protected_role')
  t.equal(codeOf(ampliphi, as('admin'), remove('admin')), 'rank_not_lower')
  t.equal(codeOf(openphone, as('admin'), remove('owner')), 'role_not_manageable')
  const last: Circumstances = { holders: () => ({ active: 1, all: 1 }) }
  t.equal(codeOf(openphone, as('owner', 'mobile'), remove('owner'), last), 'last_holder')
  t.equal(codeOf(openphone, as('owner', 'mobile'), remove('admin'), {}), 'channel_not_allowed')
  t.equal(codeOf(openphone, as('owner', null), remove('admin'), {}), 'channel_not_allowed')
  t.equal(codeOf(openphone, as('owner'), remove('admin'), {}), 'confirmation_required')
  t.equal(codeOf(openphone, as('owner'), remove('admin')), 'allowed')
  t.equal(codeOf(oupi, as('admin'), remove('admin')), 'allowed')
})

await t.test('whom one may invite, and as what, is the matrix’s word', async (t) => {
  const invite = (actor: string, role: string) =>
    codeOf(standard, as(actor), { type: 'invite', role })
  t.equal(invite('owner', 'owner'), 'allowed')
  t.equal(invite('admin', 'owner'), 'role_not_assignable')
  t.equal(invite('admin', 'emperor'), 'unknown_role')
  t.equal(invite('member', 'member'), 'not_permitted')
  const silent = PolicyDocument.parse({ ...standard, authority: {} })
  t.equal(codeOf(silent, as('owner'), { type: 'invite', role: 'member' }), 'role_not_assignable')
})

await t.test('a role of the organization’s own is given by nobody who has less', async (t) => {
  const strong = {
    key: 'strong',
    label: { en: 's', fr: 's' },
    permissions: ['billing.edit', 'app:x']
  }
  const weak = { key: 'weak', label: { en: 'w', fr: 'w' }, permissions: ['team.view', 'app:x'] }
  const policy = withCustomRoles(standard, [strong, weak])
  const change = (to: string) => ({ type: 'change_role', target: other('member'), to }) as const
  t.equal(codeOf(policy, as('owner'), change('strong')), 'allowed')
  t.match(decide(policy, as('admin'), change('strong'), enough), {
    code: 'exceeds_own_permissions',
    details: { missing_permissions: ['billing.edit'] }
  })
  t.equal(codeOf(policy, as('admin'), change('weak')), 'allowed')
  const make = { type: 'manage_roles', permissions: ['app:x'] } as const
  t.match(decide(policy, as('admin'), make, enough), { code: 'exceeds_own_permissions' })
})

await t.test('a last holder is one who is active', async (t) => {
  const one: Circumstances = { holders: () => ({ active: 1, all: 3 }), confirmed: true }
  const suspended = { type: 'remove', target: other('owner', 'suspended') } as const
  t.equal(codeOf(standard, as('owner'), suspended, one), 'allowed')
  const demote = { type: 'change_role', target: other('owner'), to: 'admin' } as const
  t.equal(codeOf(standard, as('owner'), demote, one), 'last_holder')
  t.equal(codeOf(standard, as('owner'), { ...demote, to: 'owner' }, one), 'allowed')
})

await t.test('what was not counted is a fault, never a permission', async (t) => {
  const remove = { type: 'remove', target: other('owner') } as const
  t.throws(() => decide(standard, as('owner'), remove, {}), /count the holders of owner/)
})

const NOBODYS = { kind: 'number', owned: false, taken: false, grants: [] } as const
const on = (permission: string, standing: Partial<ResourceStanding> = {}) =>
  ({ type: 'use', permission, on: { ...NOBODYS, ...standing } }) as const

await t.test('a permission of the host’s on a resource takes having it, in a mode for it', (t) => {
  const openphone = preset('openphone')
  const granted = (...modes: string[]) => ({
    grants: modes.map((mode) => ({ mode, groupId: null }))
  })
  const ask = (standing: Partial<ResourceStanding>, permission = 'app:comms', role = 'member') =>
    codeOf(openphone, as(role), on(permission, standing))
  t.equal(codeOf(openphone, as('member'), use('app:comms')), 'allowed', 'at all')
  for (const role of ['owner', 'admin', 'member']) {
    t.equal(ask({}, 'app:comms', role), 'resource_not_granted', role)
    t.equal(ask(granted('read_only'), 'app:comms', role), 'mode_not_allowed', role)
    t.equal(ask(granted('read_only', 'shared'), 'app:comms', role), 'allowed', role)
  }
  t.equal(ask({ owned: true }), 'allowed')
  t.equal(ask({ owned: true, taken: true }), 'resource_not_granted')
  t.equal(ask(granted('shared'), 'app:porting'), 'not_permitted', 'the role comes first')
  const decision = decide(openphone, as('member'), on('app:comms', granted('read_only')))
  t.match(decision, { details: { mode: 'read_only' } })
  t.equal(codeOf(openphone, HOST, on('app:comms')), 'allowed', 'the host itself')
  t.end()
})

await t.test(
  'Muster’s own rights on a resource: the role’s, or the narrow ones on one’s own',
  (t) => {
    const grants = [{ mode: 'shared', groupId: 'grp_1' }]
    const ask = (permission: string, standing: Partial<ResourceStanding>, role = 'member') => {
      const decision = decide(standard, as(role), on(permission, standing))
      return decision.allowed ? [decision.via, decision.grant] : decision.code
    }
    t.same(ask('resource.view', {}), 'not_permitted')
    t.same(ask('resource.view', { grants }), [
      'resource.view:assigned',
      { mode: 'shared', through: 'group', groupId: 'grp_1' }
    ])
    const owner = { mode: null, through: 'owner' }
    t.same(ask('resource.view', { owned: true }), ['resource.view:assigned', owner])
    t.same(ask('resource.view', { owned: true }, 'a role that has gone'), ['resource.view', owner])
    t.same(ask('resource.view', { owned: true, grants }, 'owner'), ['resource.view', undefined])
    t.same(ask('resource.settings', { grants }), 'not_permitted')
    t.same(ask('resource.settings', { owned: true }), ['resource.settings:own', owner])
    t.same(ask('resource.settings', {}, 'admin'), ['resource.settings', undefined])
    t.same(ask('resource.manage', { owned: true }), 'not_permitted')
    t.end()
  }
)
