import type { Policy } from '../document.js'
import { PERMISSIONS } from '../permissions.js'
import { type CustomRole, findRole, permissionsOf, withCustomRoles } from '../roles.js'
import { CUSTOM } from '../selectors.js'
import { isAllowed } from './rulings.js'

/** A policy with examples of own roles, and the roles whose holders are looked at there. */
interface Stage {
  readonly policy: Policy
  readonly roles: readonly string[]
}

/** The permissions by which one gives power to others, or takes it. */
const EMPOWERING = ['member.invite', 'member.import', 'member.role', 'member.reassign'] as const

/**
 * What an organization's own roles will hold cannot be known, so examples stand for them: one that
 * holds nothing, one that holds all that can be put into one, and those that hold a single
 * empowering permission. A role that holds more than one of these is caught by one of them: what it
 * may do with that permission is the same, and what it lacks is less.
 */
export function stagesOf(policy: Policy): [Stage, ...Stage[]] {
  const roles = policy.roles.map(({ key }) => key)
  if (policy.custom_roles.allowed === 'never') return [{ policy, roles }]
  const most = mostOf(policy)
  const everything = example('everything', most)
  const nothing = example('nothing', [])
  const single = EMPOWERING.filter((permission) => most.includes(permission)).map((permission) =>
    example(permission, [permission])
  )
  const stage = (own: readonly CustomRole[], looked: readonly string[]): Stage => {
    return { policy: withCustomRoles(policy, own.slice(0, policy.custom_roles.max)), roles: looked }
  }
  return [
    stage([everything, ...single.slice(0, 1), nothing], roles),
    ...single.map((own) => stage([own, everything, nothing], [own.key]))
  ]
}

/** The key is how findings name it; no role of a policy can be called that. */
function example(holding: string, permissions: readonly string[]): CustomRole {
  const key = `${CUSTOM}[${holding}]`
  return { key, label: { en: key, fr: key }, permissions }
}

/** The most that a member can put into an own role; where only the host makes them, the creator's. */
function mostOf(policy: Policy): string[] {
  const every = [...new Set([...PERMISSIONS, ...policy.roles.flatMap((role) => role.permissions)])]
  const sets = policy.roles.map(({ key }) =>
    every.filter((one) => {
      const action = { type: 'manage_roles', permissions: [one] } as const
      return isAllowed(policy, { person: 0, role: key }, action)
    })
  )
  const most = sets.reduce((one, other) => (other.length > one.length ? other : one), [])
  return most.length > 0 ? most : [...permissionsOf(policy, policy.creator_role)]
}

/** A role as rules speak of it. */
export function selectorOf(policy: Policy, role: string): string {
  return findRole(policy, role)?.custom === true ? CUSTOM : role
}
