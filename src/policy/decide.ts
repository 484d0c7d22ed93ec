import { findRole, type Permission, type Policy } from './document.js'

/** Who asks: the host itself by its API key, or a member by the role it holds right now. */
export type DecidingActor = { readonly kind: 'host' } | { readonly kind: 'member'; role: string }

/** What is asked, in the policy's words; what it is done to, where that matters. */
export interface Action {
  readonly permission: Permission
  /** Inviting: the role offered. Left out, the question is whether the actor may invite at all. */
  readonly role?: string
}

export type Decision =
  | { readonly allowed: true }
  | { readonly allowed: false; readonly code: RefusalCode; readonly because: string }

export type RefusalCode = 'not_permitted' | 'unknown_role' | 'role_not_assignable'

const ALLOWED: Decision = { allowed: true }

/**
 * The only place that grants anything. Pure: the same policy, actor and action always give the same
 * decision. The tests run in a fixed order, and the first that fails names the refusal: permission
 * of the actor's role, then the matrix of `authority`.
 */
export function decide(policy: Policy, actor: DecidingActor, action: Action): Decision {
  const permitted = testPermission(policy, actor, action.permission)
  if (!permitted.allowed) return permitted
  return action.permission === 'member.invite' && action.role !== undefined
    ? testInvite(policy, actor, action.role)
    : ALLOWED
}

function testPermission(policy: Policy, actor: DecidingActor, permission: Permission): Decision {
  if (actor.kind === 'host') return ALLOWED
  const permissions = findRole(policy, actor.role)?.permissions ?? []
  return permissions.includes(permission)
    ? ALLOWED
    : refuse('not_permitted', `role ${actor.role} lacks ${permission}`)
}

function testInvite(policy: Policy, actor: DecidingActor, role: string): Decision {
  if (!findRole(policy, role)) return refuse('unknown_role', `policy has no role ${role}`)
  if (actor.kind === 'host') return ALLOWED
  const assignable = policy.authority.invite
    .filter((rule) => rule.actor === actor.role)
    .flatMap((rule) => rule.roles)
  return assignable.includes(role)
    ? ALLOWED
    : refuse('role_not_assignable', `role ${actor.role} may not invite as ${role}`)
}

function refuse(code: RefusalCode, because: string): Decision {
  return { allowed: false, code, because }
}
