import type { Action, Target } from '../../policy/decision.js'
import type { Check } from './authorize-schemas.js'

/** What these permissions are used for, when a check names the role that is given or offered. */
const WITH_ROLE: Readonly<Record<string, 'invite' | 'import' | 'resend' | 'cancel' | undefined>> = {
  'member.invite': 'invite',
  'member.import': 'import',
  'invitation.resend': 'resend',
  'invitation.cancel': 'cancel'
}
/** The same, when it names to whom it is done. */
const WITH_TARGET: Readonly<
  Record<string, 'remove' | 'suspend' | 'reassign' | 'transfer' | undefined>
> = {
  'member.remove': 'remove',
  'member.suspend': 'suspend',
  'member.reassign': 'reassign',
  'org.transfer': 'transfer'
}
const ROLE_CHANGE = 'member.role'
const WITH_RESOURCE: readonly string[] = ['resource.view', 'resource.settings']

/** The field that does not fit, and why. */
export type Fault = readonly [field: keyof Check, detail: string]

/** What no schema says: fields that mean nothing together. Undefined: it can be answered. */
export function faultOf(check: Check, hasActor: boolean): Fault | undefined {
  const { user_id: userId, member_id: memberId, resource } = check
  if (userId !== undefined && memberId !== undefined) {
    return ['member_id', 'must not stand beside user_id']
  }
  if (userId === undefined && memberId === undefined && !hasActor) {
    return ['user_id', 'must be given, or member_id, or Muster-Actor']
  }
  if (resource !== undefined && !WITH_RESOURCE.includes(check.permission)) {
    return ['resource', `goes with ${WITH_RESOURCE.join(' and ')} only`]
  }
  return check.role === undefined && check.target === undefined ? undefined : misfit(check)
}

function misfit({ permission, role, target }: Check): Fault | undefined {
  if (permission === ROLE_CHANGE) {
    if (target === undefined) return ['target', `must be given: ${ROLE_CHANGE} changes its role`]
    return role === undefined ? ['role', 'must be given: the new role of the target'] : undefined
  }
  if (role !== undefined && WITH_ROLE[permission] === undefined) {
    return ['role', `does not go with ${permission}`]
  }
  return target !== undefined && WITH_TARGET[permission] === undefined
    ? ['target', `does not go with ${permission}`]
    : undefined
}

/** Whether more must be known than who is asked about: to whom it is done, who holds which role. */
export function needsFacts({ role, target }: Check): boolean {
  return role !== undefined || target !== undefined
}

/**
 * What the member would do. To use `member.suspend` on somebody who is suspended is to end that.
 * `ownResources`: what the member was assigned, by the host's ids.
 */
export function actionOf(
  { permission, resource, role }: Check,
  ownResources: readonly string[] | null,
  target: Target | undefined
): Action {
  if (target) return actionUpon(permission, target, role)
  const withRole = role === undefined ? undefined : WITH_ROLE[permission]
  if (role !== undefined && withRole !== undefined) {
    return withRole === 'resend'
      ? { type: withRole, role, lapsed: false }
      : { type: withRole, role }
  }
  const own = resource !== undefined && ownResources?.includes(resource) === true
  return { type: 'use', permission, own }
}

function actionUpon(permission: string, target: Target, role: string | undefined): Action {
  const type = WITH_TARGET[permission]
  if (type === undefined) return { type: 'change_role', target, to: role ?? target.role }
  const ends = type === 'suspend' && target.status === 'suspended'
  return { type: ends ? 'reactivate' : type, target }
}
