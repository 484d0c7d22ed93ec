import t from 'tap'
import { decide } from '../../src/policy/decide.js'
import { PERMISSIONS, type Policy, PolicyDocument } from '../../src/policy/document.js'
import { PRESETS } from '../../src/policy/presets.js'

const standard = PRESETS.get('standard') as Policy
const asRole = (role: string) => ({ kind: 'member', role }) as const
const HOST = { kind: 'host' } as const

await t.test('the host itself may do everything that the policy knows', async (t) => {
  for (const permission of PERMISSIONS) {
    t.same(decide(standard, HOST, { permission }), { allowed: true }, permission)
  }
  t.match(decide(standard, HOST, { permission: 'member.invite', role: 'emperor' }), {
    allowed: false,
    code: 'unknown_role'
  })
})

await t.test('a member may do what the role permits, and nothing else', async (t) => {
  const allowed = (role: string) =>
    PERMISSIONS.filter((permission) => decide(standard, asRole(role), { permission }).allowed)
  t.same(allowed('owner'), [...PERMISSIONS])
  t.same(
    allowed('admin'),
    PERMISSIONS.filter((permission) => permission !== 'org.settings')
  )
  t.same(allowed('member'), ['team.view'])
  t.same(allowed('a role that has gone'), [])
})

await t.test('whom one may invite is the matrix’s word, row by row', async (t) => {
  const roles = standard.roles.map(({ key }) => key)
  const invites = (actor: string) =>
    roles.filter(
      (role) => decide(standard, asRole(actor), { permission: 'member.invite', role }).allowed
    )
  t.same(invites('owner'), ['owner', 'admin', 'member'])
  t.same(invites('admin'), ['admin', 'member'])
  t.same(invites('member'), [])
})

await t.test('the first test that fails names the refusal', async (t) => {
  const invite = (actor: string, role: string) =>
    decide(standard, asRole(actor), { permission: 'member.invite', role })
  t.match(invite('member', 'emperor'), { code: 'not_permitted' })
  t.match(invite('admin', 'emperor'), { code: 'unknown_role' })
  t.match(invite('admin', 'owner'), { code: 'role_not_assignable' })
})

await t.test('a permission without a row in the matrix invites nobody', async (t) => {
  const policy = PolicyDocument.parse({ ...standard, authority: {} })
  t.match(decide(policy, asRole('owner'), { permission: 'member.invite', role: 'member' }), {
    code: 'role_not_assignable'
  })
})
