import type { Channel } from './document-shape.js'

/** Who asks: the host itself by its API key, or a member by the role it holds right now. */
export type DecidingActor = { readonly kind: 'host' } | DecidingMember

export interface DecidingMember {
  readonly kind: 'member'
  readonly id: string
  readonly role: string
  /** From which kind of client; null: unknown. */
  readonly channel: Channel | null
}

/** A member to whom something is done, as it stands right now. */
export interface Target {
  readonly id: string
  readonly role: string
  readonly status: string
}

/** How somebody has a resource. */
export interface HeldGrant {
  readonly mode: string
  /** Which of the actor's groups has it; null: the actor itself. */
  readonly groupId: string | null
}

/** Through what the actor has a resource. */
export interface UsedGrant {
  /** Null: an owner needs none. */
  readonly mode: string | null
  readonly through: 'member' | 'group' | 'owner'
  readonly groupId?: string
}

/** A resource as it stands to the actor right now. */
export interface ResourceStanding {
  readonly kind: string
  readonly owned: boolean
  /** Somebody else has it alone. */
  readonly taken: boolean
  readonly grants: readonly HeldGrant[]
}

/** What is asked. */
export type Action =
  /**
   * What a permission alone decides. `own`: it is done to what is the actor's, or assigned to it;
   * `on`: to this resource, and then more than the permission decides.
   */
  | {
      readonly type: 'use'
      readonly permission: string
      readonly own?: boolean
      readonly on?: ResourceStanding
    }
  | { readonly type: 'invite' | 'import' | 'cancel'; readonly role: string }
  /** Somebody comes by themselves: by an address on a claimed domain, or by asking on a page. */
  | { readonly type: 'join' | 'signup'; readonly role: string }
  /** An offer of this role is sent again; one that has lapsed takes its place again. */
  | { readonly type: 'resend'; readonly role: string; readonly lapsed: boolean }
  | { readonly type: 'change_role'; readonly target: Target; readonly to: string }
  | {
      readonly type: 'remove' | 'leave' | 'suspend' | 'reactivate' | 'reassign' | 'transfer'
      readonly target: Target
    }
  /** A role of the organization's own is made, changed or deleted; it holds or will hold these. */
  | { readonly type: 'manage_roles'; readonly permissions: readonly string[] }
  /** Something becomes of the organization as a whole. */
  | {
      readonly type: 'cancel_subscription' | 'restore_subscription' | 'delete_organization'
    }
export type ActionType = Action['type']

/** How many members hold a role. */
export interface Holders {
  /** Active ones. */
  readonly active: number
  /** Everybody who has the role or is offered it. */
  readonly all: number
}

/** What must be known beside the policy. What an action does not touch may be left out. */
export interface Circumstances {
  readonly holders?: ((role: string) => Holders) | undefined
  /** What the host has given the organization beyond the policy. */
  readonly entitlements?: readonly string[]
  /** An invoice of the organization is overdue. */
  readonly pastDue?: boolean
  /** The caller has said that it means it. */
  readonly confirmed?: boolean
}

export type Decision =
  | {
      readonly allowed: true
      /** The permission that gives it. */
      readonly via?: string
      /** And through what one has the resource, where that decides. */
      readonly grant?: UsedGrant
    }
  | Refusal

export interface Refusal {
  readonly allowed: false
  readonly code: RefusalCode
  /** For whoever develops or supports: one English sentence. */
  readonly because: string
  readonly details?: Readonly<Record<string, unknown>>
}

export type RefusalCode =
  | 'not_permitted'
  | 'resource_not_granted'
  | 'mode_not_allowed'
  | 'not_offered'
  | 'self_removal'
  | 'self_role_change'
  | 'self_action'
  | 'protected_role'
  | 'rank_not_lower'
  | 'unknown_role'
  | 'role_not_assignable'
  | 'role_not_manageable'
  | 'exceeds_own_permissions'
  | 'last_holder'
  | 'single_holder'
  | 'role_full'
  | 'not_entitled'
  | 'billing_past_due'
  | 'channel_not_allowed'
  | 'confirmation_required'

export function refuse(
  code: RefusalCode,
  because: string,
  details?: Readonly<Record<string, unknown>>
): Refusal {
  return { allowed: false, code, because, ...(details === undefined ? {} : { details }) }
}
