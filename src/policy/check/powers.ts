import type { Policy } from '../document.js'
import { findGrant, isOwnPermission, PERMISSIONS } from '../permissions.js'
import { permissionsOf } from '../roles.js'

/** Which permissions the second role has, and the first has not. */
export type Comparison = (role: string, other: string) => readonly string[]

/** Of Muster's own permissions, implied ones too. */
export function comparePowers(policy: Policy): Comparison {
  return compare(policy, (held) =>
    PERMISSIONS.filter((permission) => findGrant(held, permission) !== undefined)
  )
}

/** Of the host's permissions. */
export function compareHostPowers(policy: Policy): Comparison {
  return compare(policy, (held) => [...held].filter((permission) => !isOwnPermission(permission)))
}

function compare(
  policy: Policy,
  powersOf: (held: ReadonlySet<string>) => readonly string[]
): Comparison {
  const powers = new Map(
    policy.roles.map(({ key }) => [key, new Set(powersOf(permissionsOf(policy, key)))])
  )
  const lacking = (role: string, other: string) =>
    [...(powers.get(other) ?? [])].filter(
      (permission) => powers.get(role)?.has(permission) !== true
    )
  const rows = new Map(
    policy.roles.map(({ key }) => [
      key,
      new Map(policy.roles.map((other) => [other.key, lacking(key, other.key)]))
    ])
  )
  return (role, other) => rows.get(role)?.get(other) ?? []
}
