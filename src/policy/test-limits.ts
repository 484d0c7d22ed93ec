import { type PastDueBlock, TEAM_ENTITLEMENT } from './billing-shape.js'
import {
  type Action,
  type ActionType,
  type Circumstances,
  type DecidingMember,
  type Holders,
  type Refusal,
  refuse
} from './decision.js'
import { ownerRoleOf, type Policy } from './document.js'
import type { Channel } from './document-shape.js'
import { findRole } from './roles.js'
import { permissionFor } from './test-authority.js'

/** What the policy does not have at all. */
export function testOffered(policy: Policy, action: Action): Refusal | undefined {
  const { type } = action
  const isOffered =
    isOpen(policy, action) &&
    (type !== 'suspend' || policy.suspension.enabled) &&
    (type !== 'reassign' || policy.reassignment.enabled) &&
    (type !== 'transfer' || policy.ownership.transfer !== 'none') &&
    (type !== 'manage_roles' || policy.custom_roles.allowed !== 'never')
  return isOffered
    ? undefined
    : refuse('not_offered', `this policy offers no ${type}`, { action: type })
}

/** Whether the policy has the door that this is about; true of everything else. */
function isOpen({ domain_claims, signup_pages }: Policy, action: Action): boolean {
  const about = action.type === 'use' ? action.permission : action.type
  if (about === 'domain.claim' || about === 'join') return domain_claims.enabled
  return (about !== 'signup_page.manage' && about !== 'signup') || signup_pages.enabled
}

/** A role that is to be given must exist. */
export function testKnownRole(policy: Policy, action: Action): Refusal | undefined {
  const [unknown] = rolesGained(policy, action).filter((role) => !findRole(policy, role))
  return unknown === undefined ? undefined : refuse('unknown_role', `there is no role ${unknown}`)
}

const GIVES_ROLE: readonly ActionType[] = ['invite', 'import', 'join', 'signup']

/** Of which roles the action makes one holder more. */
function rolesGained(policy: Policy, action: Action): string[] {
  if (GIVES_ROLE.includes(action.type) && 'role' in action) return [action.role]
  if (action.type === 'resend') return action.lapsed ? [action.role] : []
  if (action.type === 'change_role') return [action.to].filter((to) => to !== action.target.role)
  return action.type === 'transfer' ? gainedByTransfer(policy, action.target.role) : []
}

/** Nothing moves to whoever owns already. */
function gainedByTransfer(policy: Policy, role: string): string[] {
  const { transfer, former_becomes: former } = policy.ownership
  const owner = ownerRoleOf(policy)
  if (role === owner) return []
  if (transfer === 'add_holder') return [owner]
  return former === undefined || former === role ? [] : [former]
}

const ENDS_HOLDING: readonly ActionType[] = ['remove', 'leave', 'suspend', 'reassign']

/** Of which role the action makes one active holder less. */
function roleLost(policy: Policy, action: Action): string | undefined {
  if (!('target' in action) || action.target.status !== 'active') return undefined
  const { role } = action.target
  if (ENDS_HOLDING.includes(action.type)) return role
  if (action.type === 'change_role') return action.to === role ? undefined : role
  return action.type === 'transfer' ? lostByTransfer(policy, role) : undefined
}

/** A swap hands the target's old role on when the former owner gets it. */
function lostByTransfer(policy: Policy, role: string): string | undefined {
  const { transfer, former_becomes: former } = policy.ownership
  const isKept = role === ownerRoleOf(policy) || (transfer === 'swap' && former === role)
  return isKept ? undefined : role
}

export function testHolders(
  policy: Policy,
  action: Action,
  { holders }: Circumstances
): Refusal | undefined {
  return testLeast(policy, roleLost(policy, action), holders) ?? testMost(policy, action, holders)
}

function testLeast(
  policy: Policy,
  role: string | undefined,
  holders: Circumstances['holders']
): Refusal | undefined {
  const min = role === undefined ? 0 : (findRole(policy, role)?.min ?? 0)
  if (role === undefined || min === 0 || countOf(holders, role).active > min) return undefined
  return refuse('last_holder', `there must be at least ${min} active ${role}`, { role, min })
}

function testMost(
  policy: Policy,
  action: Action,
  holders: Circumstances['holders']
): Refusal | undefined {
  for (const role of rolesGained(policy, action)) {
    const max = findRole(policy, role)?.max ?? null
    if (max !== null && countOf(holders, role).all >= max) {
      const code = max === 1 ? 'single_holder' : 'role_full'
      return refuse(code, `at most ${max} can have the role ${role}`, { role, max })
    }
  }
  return undefined
}

/** An action whose holders were not counted is a fault of the caller, never a permission. */
function countOf(holders: Circumstances['holders'], role: string): Holders {
  if (!holders) throw new Error(`count the holders of ${role} before deciding`)
  return holders(role)
}

/** What an organization must have been given where roles of its own are not for everybody. */
const CUSTOM_ROLES_ENTITLEMENT = 'custom_roles'
/** The same where members are not put into groups everywhere (OUPI-96). */
const GROUPS_ENTITLEMENT = 'groups'
/** Everything that a policy can ask for: nothing is in the way of whoever has it. */
export const ENTITLEMENTS: readonly string[] = [
  TEAM_ENTITLEMENT,
  CUSTOM_ROLES_ENTITLEMENT,
  GROUPS_ENTITLEMENT
]

/** What the plan does not have, which is neither a lack of permission nor of seats (OUPI-08). */
export function testEntitlement(
  policy: Policy,
  action: Action,
  { entitlements = [] }: Circumstances
): Refusal | undefined {
  const entitlement = entitlementFor(policy, action)
  return entitlement === undefined || entitlements.includes(entitlement)
    ? undefined
    : refuse('not_entitled', `the plan lacks ${entitlement}`, { entitlement })
}

function entitlementFor(policy: Policy, action: Action): string | undefined {
  const { custom_roles, plan } = policy
  const door = doorOf(action)
  const bringsIn = door !== undefined && door !== 'resend'
  if (bringsIn && plan.team_feature === 'entitled') return TEAM_ENTITLEMENT
  if (isGrouping(action) && policy.groups.allowed === 'entitled') return GROUPS_ENTITLEMENT
  return action.type === 'manage_roles' && custom_roles.allowed === 'entitled'
    ? CUSTOM_ROLES_ENTITLEMENT
    : undefined
}

const isGrouping = (action: Action) => action.type === 'use' && action.permission === 'group.manage'

const DOORS: Readonly<Partial<Record<ActionType, PastDueBlock>>> = {
  invite: 'invitation',
  import: 'import',
  resend: 'resend',
  signup: 'signup_page',
  join: 'join'
}

/** Through which door somebody is to come in; also where it is only asked who may invite at all. */
function doorOf(action: Action): PastDueBlock | undefined {
  const isAsked = action.type === 'use' && action.permission === 'member.invite'
  return isAsked ? 'invitation' : DOORS[action.type]
}

/** What an unpaid invoice keeps from being done, and nothing else (SM-38, SM-41). */
export function testBilling(
  { billing: { past_due_blocks: blocks } }: Policy,
  action: Action,
  { pastDue = false }: Circumstances
): Refusal | undefined {
  const block = doorOf(action)
  return pastDue && block !== undefined && blocks.includes(block)
    ? refuse('billing_past_due', 'an invoice is overdue', { blocked: block })
    : undefined
}

/** The only kinds of client that may do it; undefined: any. */
export function channelsFor(policy: Policy, action: Action): readonly Channel[] | undefined {
  const limits: Readonly<Record<string, readonly Channel[] | undefined>> = policy.authority.channels
  return limits[guardOf(action)]
}

export function testChannel(
  policy: Policy,
  actor: DecidingMember,
  action: Action
): Refusal | undefined {
  const channels = channelsFor(policy, action)
  if (!channels || (actor.channel !== null && channels.includes(actor.channel))) return undefined
  return refuse('channel_not_allowed', `only from ${channels.join(' or ')}`, { channels })
}

export function testConfirmation(
  policy: Policy,
  action: Action,
  { confirmed = false }: Circumstances
): Refusal | undefined {
  const guard = guardOf(action)
  const isAsked = policy.authority.confirm.some((permission) => permission === guard)
  return isAsked && !confirmed && action.type !== 'use'
    ? refuse('confirmation_required', 'send confirm=true', { action: guard })
    : undefined
}

/** Taking back what was done harms nobody, and whoever comes by themselves is sure. */
const UNGUARDED: readonly ActionType[] = ['reactivate', 'restore_subscription', 'join', 'signup']

/** By what channels and confirmations are ruled. */
function guardOf(action: Action): string {
  return UNGUARDED.includes(action.type) ? '' : (permissionFor(action) ?? 'member.remove')
}
