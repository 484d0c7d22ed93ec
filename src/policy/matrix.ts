import { decide } from './decide.js'
import type { Action, Circumstances, Decision, RefusalCode, Target } from './decision.js'
import type { Policy } from './document.js'
import { PERMISSIONS } from './permissions.js'
import { grantOf } from './test-authority.js'
import { channelsFor, ENTITLEMENTS } from './test-limits.js'

/** What holders of a role may do to whom, by role keys. */
export interface May {
  readonly invite: readonly string[]
  /** From which roles they may take somebody, and into which. */
  readonly changeRole: { readonly from: readonly string[]; readonly to: readonly string[] }
  readonly remove: readonly string[]
  readonly suspend: readonly string[]
  readonly reassign: readonly string[]
  readonly transferOwnership: boolean
  readonly leave: boolean
}

/** Which roles have a permission, as such or by implication. */
export interface PermissionRow {
  readonly permission: string
  readonly roles: readonly string[]
}

export interface Matrix {
  /** By role. */
  readonly may: ReadonlyMap<string, May>
  readonly permissions: readonly PermissionRow[]
}

/** A version never changes, nor does what it is with an organization's own roles. */
const matrices = new WeakMap<Policy, Matrix>()

/** Who may do what, of every role of the policy. */
export function matrixOf(policy: Policy): Matrix {
  const known = matrices.get(policy)
  if (known) return known
  const may = new Map(policy.roles.map(({ key }) => [key, mayOf(policy, key)]))
  const matrix = { may, permissions: permissionRows(policy) }
  matrices.set(policy, matrix)
  return matrix
}

const SELF = 'self'
const other = (role: string): Target => ({ id: 'other', role, status: 'active' })

/** Never in the way: how many hold a role, what the plan has, which client, and being sure. */
const NO_LIMITS: Circumstances = {
  holders: () => ({ active: Number.MAX_SAFE_INTEGER, all: 0 }),
  entitlements: ENTITLEMENTS,
  confirmed: true
}

/** What `decide` says to a holder of the role, but for what only the moment of a command knows. */
export function mayOf(policy: Policy, role: string): May {
  const ask = (action: Action): Decision => {
    const channel = channelsFor(policy, action)?.[0] ?? null
    return decide(policy, { kind: 'member', id: SELF, role, channel }, action, NO_LIMITS)
  }
  const roles = policy.roles.map(({ key }) => key)
  const upon = (type: 'remove' | 'suspend' | 'reassign') =>
    roles.filter((key) => ask({ type, target: other(key) }).allowed)
  return {
    invite: roles.filter((key) => ask({ type: 'invite', role: key }).allowed),
    changeRole: roleChanges(ask, policy),
    remove: upon('remove'),
    suspend: upon('suspend'),
    reassign: upon('reassign'),
    transferOwnership: roles.some((key) => ask({ type: 'transfer', target: other(key) }).allowed),
    leave: ask({ type: 'leave', target: { id: SELF, role, status: 'active' } }).allowed
  }
}

/** Refusals that are about the role that is given: another one may be. */
const ABOUT_TO: readonly RefusalCode[] = ['role_not_assignable', 'exceeds_own_permissions']

/**
 * Each pair is asked only while it could still tell something new. Rules speak of all of an
 * organization's own roles at once, so one of them answers for whoever has any.
 */
function roleChanges(ask: (action: Action) => Decision, policy: Policy): May['changeRole'] {
  const own = policy.roles.filter(({ custom }) => custom).map(({ key }) => key)
  const speaker = (key: string) => (own.includes(key) ? (own[0] ?? key) : key)
  const keys = policy.roles.map(({ key }) => key)
  const from = new Set<string>()
  const to = new Set<string>()
  for (const key of new Set(keys.map(speaker))) {
    const speaksForMany = own.length > 1 && own.includes(key)
    for (const given of keys) {
      if ((given === key && !speaksForMany) || (from.has(key) && to.has(given))) continue
      const decision = ask({ type: 'change_role', target: other(key), to: given })
      if (decision.allowed) {
        from.add(key)
        to.add(given)
      } else if (!ABOUT_TO.includes(decision.code)) break
    }
  }
  return {
    from: keys.filter((key) => from.has(speaker(key))),
    to: keys.filter((key) => to.has(key))
  }
}

/** Every permission of Muster, and every one of the host that some role names. */
function permissionRows(policy: Policy): PermissionRow[] {
  const named = policy.roles.flatMap(({ permissions }) => permissions)
  return [...new Set<string>([...PERMISSIONS, ...named])].map((permission) => ({
    permission,
    roles: policy.roles
      .filter(({ key }) => grantOf(policy, key, { type: 'use', permission }) !== undefined)
      .map(({ key }) => key)
  }))
}
