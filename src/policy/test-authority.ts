import {
  type Action,
  type ActionType,
  type DecidingMember,
  type Refusal,
  refuse
} from './decision.js'
import { ownerRoleOf, type Policy } from './document.js'
import type { MemberAction } from './document-shape.js'
import { findGrant, isOwnPermission, type Permission } from './permissions.js'
import { findRole, means, permissionsOf } from './roles.js'

const PERMISSION_FOR: Readonly<Record<Exclude<ActionType, 'use'>, Permission | undefined>> = {
  invite: 'member.invite',
  import: 'member.import',
  join: 'member.invite',
  signup: 'member.invite',
  resend: 'invitation.resend',
  cancel: 'invitation.cancel',
  change_role: 'member.role',
  remove: 'member.remove',
  leave: undefined,
  suspend: 'member.suspend',
  reactivate: 'member.suspend',
  reassign: 'member.reassign',
  transfer: 'org.transfer',
  manage_roles: 'role.manage',
  cancel_subscription: 'subscription.cancel',
  restore_subscription: 'subscription.cancel',
  delete_organization: 'org.delete'
}

/** Which permission an action takes; undefined: none, as one may do it to oneself. */
export function permissionFor(action: Action): string | undefined {
  return action.type === 'use' ? action.permission : PERMISSION_FOR[action.type]
}

/** Each action by the name under which `lower_rank_only` and the rules know it. */
const RULED_AS: Partial<Record<ActionType, MemberAction>> = {
  change_role: 'change_role',
  remove: 'remove',
  suspend: 'suspend',
  reactivate: 'suspend',
  reassign: 'reassign'
}

/** Which of the actor's permissions allows the action as such; undefined: none does. */
export function grantOf(policy: Policy, role: string, action: Action): string | undefined {
  const wanted = permissionFor(action)
  if (wanted === undefined) return undefined
  const held = permissionsOf(policy, role)
  return (
    findGrant(held, wanted) ?? (action.type === 'use' ? narrowGrantOf(held, action) : undefined)
  )
}

/** A right to what is one's own, or assigned; whoever owns a resource sees it, whatever the role. */
function narrowGrantOf(
  held: ReadonlySet<string>,
  { permission, own = false, on }: Extract<Action, { type: 'use' }>
): string | undefined {
  const { owned, grants } = on ?? { owned: own, grants: [] }
  const narrow = owned ? ['own', 'assigned'] : grants.length > 0 ? ['assigned'] : []
  const given = narrow.map((part) => `${permission}:${part}`).find((one) => held.has(one))
  return given ?? (on?.owned === true && permission === VIEW ? VIEW : undefined)
}

const VIEW: Permission = 'resource.view'

export function testPermission(
  policy: Policy,
  actor: DecidingMember,
  action: Action
): Refusal | undefined {
  const wanted = permissionFor(action)
  if (wanted === undefined || grantOf(policy, actor.role, action) !== undefined) return undefined
  return refuse('not_permitted', `role ${actor.role} lacks ${wanted}`)
}

export function testSelf(
  policy: Policy,
  actor: DecidingMember,
  action: Action
): Refusal | undefined {
  if (!('target' in action)) return undefined
  if (action.target.id !== actor.id) {
    return action.type === 'leave' ? refuse('self_action', 'one leaves only oneself') : undefined
  }
  const { authority } = policy
  if (action.type === 'change_role') {
    return authority.own_role_change
      ? undefined
      : refuse('self_role_change', 'nobody changes their own role here')
  }
  if (action.type === 'leave') {
    return means(policy, authority.may_leave, actor.role)
      ? undefined
      : refuse('self_removal', `holders of ${actor.role} may not leave by themselves`)
  }
  return action.type === 'remove'
    ? refuse('self_removal', 'another member has to do this')
    : refuse('self_action', `nobody can ${action.type} themselves`)
}

export function testProtected(policy: Policy, action: Action): Refusal | undefined {
  if (RULED_AS[action.type] === undefined || !('target' in action)) return undefined
  const { role } = action.target
  return means(policy, policy.authority.protected, role)
    ? refuse('protected_role', `role ${role} is protected`)
    : undefined
}

export function testRank(
  policy: Policy,
  actor: DecidingMember,
  action: Action
): Refusal | undefined {
  const ruled = RULED_AS[action.type]
  if (ruled === undefined || !('target' in action)) return undefined
  if (!policy.authority.lower_rank_only.includes(ruled)) return undefined
  const own = findRole(policy, actor.role)?.rank ?? Number.NEGATIVE_INFINITY
  const other = findRole(policy, action.target.role)?.rank ?? Number.NEGATIVE_INFINITY
  return other < own
    ? undefined
    : refuse('rank_not_lower', `${action.target.role} does not rank below ${actor.role}`)
}

export function testMatrix(
  policy: Policy,
  actor: DecidingMember,
  action: Action
): Refusal | undefined {
  if ('role' in action) return testInvite(policy, actor, action)
  if (action.type === 'change_role') return testRoleChange(policy, actor, action)
  if (action.type === 'transfer') return testTransfer(policy, actor)
  if (action.type === 'manage_roles') return testMissing(policy, actor, action.permissions)
  const ruled = RULED_AS[action.type]
  if (ruled === undefined || ruled === 'change_role' || !('target' in action)) return undefined
  const { role } = action.target
  const manageable = policy.authority[ruled].some(
    (rule) => means(policy, [rule.actor], actor.role) && means(policy, rule.roles, role)
  )
  return manageable
    ? undefined
    : refuse('role_not_manageable', `role ${actor.role} may not ${action.type} a ${role}`)
}

/** Whoever may offer a role may send the offer again, withdraw it, or bring a member with it. */
function testInvite(
  policy: Policy,
  actor: DecidingMember,
  { type, role }: Extract<Action, { role: string }>
): Refusal | undefined {
  const assignable = policy.authority.invite.some(
    (rule) => means(policy, [rule.actor], actor.role) && means(policy, rule.roles, role)
  )
  if (!assignable) {
    return refuse('role_not_assignable', `role ${actor.role} may not invite as ${role}`)
  }
  return type === 'cancel' ? undefined : testCustom(policy, actor, role)
}

function testRoleChange(
  policy: Policy,
  actor: DecidingMember,
  { target, to }: Extract<Action, { type: 'change_role' }>
): Refusal | undefined {
  const from = policy.authority.change_role.filter(
    (rule) => means(policy, [rule.actor], actor.role) && means(policy, rule.from, target.role)
  )
  if (from.length === 0) {
    const because = `role ${actor.role} may not change the role of a ${target.role}`
    return refuse('role_not_manageable', because)
  }
  return from.some((rule) => means(policy, rule.to, to))
    ? testCustom(policy, actor, to)
    : refuse('role_not_assignable', `role ${actor.role} may not give ${to}`)
}

/** One gives away, or shares, only what one has. */
function testTransfer(policy: Policy, actor: DecidingMember): Refusal | undefined {
  const owner = ownerRoleOf(policy)
  return actor.role === owner
    ? undefined
    : refuse('role_not_assignable', `only a holder of ${owner} passes it on`)
}

/** Rules cannot know what an organization puts into its own roles: nobody gives more than they have. */
function testCustom(policy: Policy, actor: DecidingMember, key: string): Refusal | undefined {
  const role = findRole(policy, key)
  return role?.custom === true
    ? testMissing(policy, actor, role.permissions.filter(isOwnPermission))
    : undefined
}

function testMissing(
  policy: Policy,
  actor: DecidingMember,
  permissions: readonly string[]
): Refusal | undefined {
  const held = permissionsOf(policy, actor.role)
  const missing = permissions.filter((permission) => findGrant(held, permission) === undefined)
  return missing.length === 0
    ? undefined
    : refuse('exceeds_own_permissions', `role ${actor.role} lacks what the role has`, {
        missing_permissions: missing
      })
}
