import type { Policy, PolicyRole } from './document.js'
import { CUSTOM, EVERY } from './selectors.js'

/** A role that an organization has made itself. */
export interface CustomRole {
  readonly key: string
  readonly label: { readonly en: string; readonly fr: string }
  readonly permissions: readonly string[]
}

/**
 * The policy as it stands in one organization: its own roles rank where the policy says, and have
 * neither least nor most holders.
 */
export function withCustomRoles(policy: Policy, custom: readonly CustomRole[] | null): Policy {
  if (custom === null || custom.length === 0) return policy
  const own = custom.map(({ key, label, permissions }): PolicyRole => {
    const { rank } = policy.custom_roles
    return { key, label, rank, min: 0, max: null, permissions: [...permissions], custom: true }
  })
  return { ...policy, roles: [...policy.roles, ...own] }
}

interface RoleIndex {
  readonly byKey: ReadonlyMap<string, PolicyRole>
  readonly permissions: ReadonlyMap<string, ReadonlySet<string>>
}

/** A version never changes, so each is indexed once. */
const indexes = new WeakMap<Policy, RoleIndex>()

function indexOf(policy: Policy): RoleIndex {
  const known = indexes.get(policy)
  if (known) return known
  const index = {
    byKey: new Map(policy.roles.map((role) => [role.key, role])),
    permissions: new Map(policy.roles.map((role) => [role.key, new Set(role.permissions)]))
  }
  indexes.set(policy, index)
  return index
}

export function findRole(policy: Policy, key: string): PolicyRole | undefined {
  return indexOf(policy).byKey.get(key)
}

const NONE: ReadonlySet<string> = new Set()

/** What a role holds, as written; of a role that has gone, nothing. */
export function permissionsOf(policy: Policy, key: string): ReadonlySet<string> {
  return indexOf(policy).permissions.get(key) ?? NONE
}

/** Whether a rule's words mean this role: its key, `custom`, or `*`. */
export function means(policy: Policy, selectors: readonly string[], key: string): boolean {
  if (selectors.includes(key) || selectors.includes(EVERY)) return true
  return selectors.includes(CUSTOM) && findRole(policy, key)?.custom === true
}
