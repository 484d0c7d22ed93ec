import type { Action, ResourceStanding, Target } from '../../policy/decision.js'
import { APP_PERMISSION } from '../../policy/permissions.js'
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
/** What is done to one resource; so is whatever the host calls `app:…`. */
const WITH_RESOURCE: readonly string[] = [
  'resource.view',
  'resource.settings',
  'resource.assign',
  'resource.manage'
]

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
  if (resource !== undefined && !isOnResource(check.permission)) {
    return ['resource', `goes with ${WITH_RESOURCE.join(', ')} and app:… only`]
  }
  return check.role === undefined && check.target === undefined ? undefined : misfit(check)
}

const isOnResource = (permission: string) =>
  WITH_RESOURCE.includes(permission) || APP_PERMISSION.test(permission)

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

/** Whether it must be known who holds which role. */
export function needsHolders({ role, target }: Check): boolean {
  return role !== undefined || target !== undefined
}

/** Whether more must be known than who is asked about: to whom or to what it is done. */
export function needsFacts(check: Check): boolean {
  return check.resource !== undefined || needsHolders(check)
}

/** What the member would do. To use `member.suspend` on somebody who is suspended is to end that. */
export function actionOf(
  { permission, role }: Check,
  target: Target | undefined,
  on: ResourceStanding | undefined
): Action {
  if (target) return actionUpon(permission, target, role)
  const withRole = role === undefined ? undefined : WITH_ROLE[permission]
  if (role !== undefined && withRole !== undefined) {
    return withRole === 'resend'
      ? { type: withRole, role, lapsed: false }
      : { type: withRole, role }
  }
  return on ? { type: 'use', permission, on } : { type: 'use', permission }
}

function actionUpon(permission: string, target: Target, role: string | undefined): Action {
  const type = WITH_TARGET[permission]
  if (type === undefined) return { type: 'change_role', target, to: role ?? target.role }
  const ends = type === 'suspend' && target.status === 'suspended'
  return { type: ends ? 'reactivate' : type, target }
}
