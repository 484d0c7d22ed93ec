import fc from 'fast-check'
import t from 'tap'
import { checkPolicy } from '../../../src/policy/check/check-policy.js'
import { decide } from '../../../src/policy/decide.js'
import type { Action, Holders } from '../../../src/policy/decision.js'
import { ownerRoleOf, type Policy, PolicyDocument } from '../../../src/policy/document.js'

// However long the way to more power is, its last act is one by which somebody gives, or gets, what
// they lack. So whether there is any way can be told from single acts alone, without a search.

const SEED = 20_261_122
const RUNS = 200

const ROLES = ['owner', 'admin', 'clerk', 'guest']
const PERMISSIONS = [
  'member.invite',
  'member.import',
  'member.role',
  'member.reassign',
  'org.transfer',
  'org.settings',
  'org.settings:view',
  'resource.view:assigned'
]

const some = (keys: readonly string[]) => fc.subarray([...keys], { minLength: 1 })
const over = fc.array(fc.record({ actor: fc.constantFrom(...ROLES), roles: some(ROLES) }), {
  maxLength: 3
})
const changes = fc.array(
  fc.record({ actor: fc.constantFrom(...ROLES), from: some(ROLES), to: some(ROLES) }),
  { maxLength: 3 }
)
/** Mostly what the one before holds, so that not every policy is at fault. */
const permissions = fc.tuple(
  fc.constant(PERMISSIONS),
  fc.subarray(PERMISSIONS, { minLength: 5 }),
  fc.subarray(PERMISSIONS),
  fc.subarray(PERMISSIONS)
)
const limits = fc.tuple(
  fc.constantFrom(0, 1),
  fc.constantFrom(null, 1, 2),
  fc.constantFrom(null, 1)
)

const roles = fc.tuple(permissions, limits).map(([held, [min, max, adminMax]]) =>
  ROLES.map((key, index) => ({
    key,
    label: { en: key, fr: key },
    rank: 100 - index,
    min: index === 0 ? min : 0,
    max: index === 0 ? max : index === 1 ? adminMax : null,
    permissions: held[index]
  }))
)

const policies = fc
  .record({
    key: fc.constant('random'),
    roles,
    creator_role: fc.constant('owner'),
    default_role: fc.constant('guest'),
    authority: fc.record({
      invite: over,
      change_role: changes,
      reassign: over,
      remove: over,
      suspend: over,
      protected: fc.subarray(['owner', 'admin']),
      lower_rank_only: fc.subarray(['change_role', 'reassign']),
      own_role_change: fc.boolean()
    }),
    ownership: fc.constantFrom(
      { transfer: 'none' },
      { transfer: 'add_holder' },
      { transfer: 'swap', former_becomes: 'admin' },
      { transfer: 'swap', role: 'admin', former_becomes: 'clerk' }
    ),
    reassignment: fc.record({ enabled: fc.boolean() }),
    suspension: fc.record({ enabled: fc.boolean() })
  })
  .map((document): Policy => PolicyDocument.parse(document))

/** Teams of whoever acts first, with or without the creator and one member more. */
function teamsOf(policy: Policy, actor: string): string[][] {
  const teams = [[actor], [actor, policy.creator_role]].flatMap((team) => [
    team,
    ...ROLES.map((role) => [...team, role])
  ])
  return teams.filter((team) =>
    policy.roles.every(({ key, min, max }) => {
      const holders = team.filter((role) => role === key).length
      return holders >= min && (max === null || holders <= max)
    })
  )
}

/** What single acts give or get beyond what whoever does them has. */
function faultsOf(policy: Policy, team: string[]): string[] {
  const [actor = ''] = team
  const holders = (role: string): Holders => {
    const all = team.filter((one) => one === role).length
    return { active: all, all }
  }
  const may = (role: string, action: Action) =>
    decide(policy, { kind: 'member', id: '0', role, channel: 'web' }, action, { holders }).allowed
  const has = (role: string, permission: string) => may(role, { type: 'use', permission })
  const beyond = (role: string, before?: string) =>
    PERMISSIONS.some(
      (one) => has(role, one) && !has(actor, one) && (before === undefined || !has(before, one))
    )

  const { former_becomes: former = actor } = policy.ownership
  const joins = ROLES.filter(
    (role) => may(actor, { type: 'invite', role }) || may(actor, { type: 'import', role })
  )
  const upon = team.flatMap((role, id) => {
    const target = { id: String(id), role, status: 'active' }
    const handsOver = role !== ownerRoleOf(policy) && may(actor, { type: 'transfer', target })
    return [
      ...ROLES.filter((to) => may(actor, { type: 'change_role', target, to }) && beyond(to, role)),
      ...[role].filter(() => may(actor, { type: 'reassign', target }) && beyond(role)),
      ...[former].filter(() => handsOver && beyond(former))
    ]
  })
  return [...joins.filter((role) => beyond(role)), ...upon]
}

const POWER = ['self_escalation', 'grants_what_it_lacks']

await t.test('power can be gained by many acts only where one of them is at fault', async (t) => {
  let passed = 0
  const property = fc.property(policies, (policy) => {
    const found = checkPolicy(policy).filter(({ code }) => POWER.includes(code))
    const faults = ROLES.flatMap((role) => teamsOf(policy, role)).flatMap((team) =>
      faultsOf(policy, team)
    )
    if (found.length === 0) passed += 1
    return found.length > 0 === faults.length > 0
  })
  fc.assert(property, { seed: SEED, numRuns: RUNS })
  t.ok(passed > RUNS / 10 && passed < RUNS, `${passed} of ${RUNS} policies are without fault`)
})
