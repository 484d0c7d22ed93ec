import fc from 'fast-check'

/** Muster's own permissions that matter to a team's management. */
const MANAGEMENT = [
  'member.invite',
  'member.role',
  'member.remove',
  'member.suspend',
  'member.reassign',
  'invitation.resend',
  'invitation.cancel',
  'billing.edit',
  'org.transfer'
] as const

const ROLES = ['owner', 'admin', 'member', 'guest'] as const
const RANKS = [100, 80, 40, 20]

const chance = (weight: number) => fc.nat({ max: 99 }).map((n) => n < weight)
const someOf = (keys: readonly string[]) => fc.subarray([...keys])

/** Rules of one action: each actor over some roles that are not above it, now and then above. */
const over = fc
  .tuple(
    ...ROLES.map((actor, index) =>
      fc.tuple(chance(12), someOf(ROLES.slice(index)), someOf(ROLES)).map(([bold, below, any]) => ({
        actor,
        roles: bold ? any : below
      }))
    )
  )
  .map((rules) => rules.filter(({ roles }) => roles.length > 0))

const changeRole = fc.tuple(over, over).map(([from, to]) =>
  from.flatMap((rule) => {
    const given = to.find(({ actor }) => actor === rule.actor)
    return given ? [{ actor: rule.actor, from: rule.roles, to: given.roles }] : []
  })
)

/** Roles that hold less the lower they rank. */
const roles = fc
  .tuple(
    someOf(MANAGEMENT),
    someOf(MANAGEMENT),
    someOf(MANAGEMENT),
    fc.constantFrom(null, 1, 2),
    fc.constantFrom(null, null, 2)
  )
  .map(([admin, member, guest, owners, admins]) => {
    const middle = member.filter((permission) => admin.includes(permission))
    const low = guest.filter((permission) => middle.includes(permission))
    const held = [MANAGEMENT, admin, middle, low]
    return ROLES.map((key, index) => ({
      key,
      label: { en: key, fr: key },
      rank: RANKS[index] ?? 0,
      min: index === 0 ? 1 : 0,
      max: index === 0 ? owners : index === 1 ? admins : null,
      permissions: [...(held[index] ?? [])]
    }))
  })

/** Documents as an operator might write them: most keys by chance, few of them wise. */
export const policyDocument = fc.record({
  roles,
  creator_role: fc.constant('owner'),
  default_role: fc.constant('guest'),
  authority: fc.record({
    invite: over,
    change_role: changeRole,
    remove: over,
    suspend: over,
    reassign: over,
    protected: fc.oneof(fc.constant([]), fc.constant(['owner']), someOf(ROLES)),
    lower_rank_only: fc.subarray(['change_role', 'remove', 'suspend', 'reassign']),
    may_leave: someOf(ROLES),
    own_role_change: chance(20)
  }),
  ownership: fc.constantFrom(
    { transfer: 'none' },
    { transfer: 'add_holder' },
    { transfer: 'swap', former_becomes: 'admin' }
  ),
  suspension: fc.record({ enabled: chance(80) }),
  reassignment: fc.record({
    enabled: chance(80),
    on_timeout: fc.constantFrom('keep_pending', 'restore')
  })
})

const VERBS = [
  'invite',
  'invite',
  'accept',
  'accept',
  'decline',
  'change_role',
  'change_role',
  'remove',
  'leave',
  'suspend',
  'reactivate',
  'reassign',
  'cancel_reassignment',
  'transfer',
  'wait'
] as const

/** A step, whose numbers pick among whoever is there when it is taken. */
export const step = fc.record({
  verb: fc.constantFrom(...VERBS),
  actor: fc.nat({ max: 1_000 }),
  target: fc.nat({ max: 1_000 }),
  role: fc.constantFrom(...ROLES),
  days: fc.constantFrom(1, 8, 31)
})
export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never
