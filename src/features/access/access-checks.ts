import type { OrgContext } from '../../context.js'
import type { MemberStatus } from '../../db/tables/members.js'
import { parseEmail } from '../../email.js'
import { fill } from '../../errors.js'
import { findRole, permissionsOf } from '../../policy/roles.js'
import { roleLabel, statusLabel } from '../members/labels.js'
import type { CreditFacts, HeldRow, Seat } from './access-facts.js'
import { ABSENT, type AccessCheck, TROUBLES, type Trouble, WELL } from './access-kinds.js'
import { type Mend, mendBy } from './mend.js'

/** Everything that is known of one person's access. */
export interface AccessFacts {
  readonly seat: Seat
  /** As it is at this instant. */
  readonly status: MemberStatus
  /** Undefined: the policy has no resources. */
  readonly held: readonly HeldRow[] | undefined
  readonly credits: CreditFacts | undefined
}

export interface CheckResult {
  readonly check: AccessCheck
  readonly ok: boolean
  /** Whether it is asked at all of this person, under this policy. */
  readonly applies: boolean
  readonly code: Trouble | null
  readonly detail: string
  readonly data: Readonly<Record<string, unknown>>
  readonly mend: Mend | null
}

export type Examine = (ctx: OrgContext, facts: AccessFacts) => CheckResult

interface Finding {
  readonly data?: Readonly<Record<string, unknown>>
  readonly code?: Trouble | undefined
  /** A code that keeps nobody from anything. */
  readonly ok?: boolean
  readonly mend?: Mend | null | undefined
}

const told = (value: unknown) => (value instanceof Date ? value.toISOString() : value)

export function result(
  { locale }: Pick<OrgContext, 'locale'>,
  check: AccessCheck,
  { data: facts = {}, code, ok = code === undefined, mend = null }: Finding
): CheckResult {
  const data = Object.fromEntries(Object.entries(facts).map(([key, value]) => [key, told(value)]))
  const text = code === undefined ? WELL[check] : TROUBLES[code]
  const detail = fill(text[locale], data)
  return { check, ok, applies: true, code: code ?? null, detail, data, mend }
}

export const absent = (
  { locale }: Pick<OrgContext, 'locale'>,
  check: AccessCheck
): CheckResult => ({
  check,
  ok: true,
  applies: false,
  code: null,
  detail: ABSENT[locale],
  data: {},
  mend: null
})

const memberPath = ({ seat: { member } }: AccessFacts) => `/members/${member.id}`

export const examineOrganization: Examine = (ctx, { seat: { organization } }) => {
  const { canceledAt, flagAt, deleteAt } = organization
  const { status } = ctx.standing
  const { effects } = ctx.policy.policy.cancellation
  const isActive = status === 'active'
  return result(ctx, 'organization', {
    data: {
      status,
      effects: isActive ? [] : effects,
      canceled_at: canceledAt,
      flag_at: flagAt,
      delete_at: deleteAt
    },
    ...(isActive
      ? {}
      : {
          code: 'organization_canceled',
          ok: !effects.includes('access_blocked'),
          mend: mendBy(ctx, 'restoreOrganization', { path: '/restore' })
        })
  })
}

/** An invoice keeps nobody out who is in, but whoever was invited may have to wait for it. */
export const examineBilling: Examine = (ctx, { seat: { organization }, status }) => {
  const { billingStatus, plan, entitlements } = organization
  const { past_due_blocks: blocks } = ctx.policy.policy.billing
  const isPastDue = billingStatus === 'past_due'
  const isStuck = status === 'invitation_expired' && blocks.includes('resend')
  return result(ctx, 'billing', {
    data: { status: billingStatus, plan, entitlements, blocks: isPastDue ? blocks : [] },
    ...(isPastDue ? { code: 'billing_past_due', ok: !isStuck } : {})
  })
}

const ENDS = {
  removed: 'member_removed',
  left: 'member_left',
  canceled: 'invitation_canceled',
  declined: 'invitation_declined'
} as const

export const examineMembership: Examine = (ctx, { seat: { member }, status }) => {
  const { endedBy, joinedAt, removedAt, email, role } = member
  const { policy } = ctx.policy
  const isOver = status === 'removed'
  const isGiven = policy.invitations.fields.role !== 'absent' && findRole(policy, role)
  const again = { email, ...(isGiven ? { role } : {}) }
  return result(ctx, 'membership', {
    data: {
      status,
      status_label: statusLabel(policy, status, ctx.locale),
      ended_by: endedBy,
      joined_at: joinedAt,
      removed_at: removedAt
    },
    ...(isOver
      ? {
          code: ENDS[endedBy ?? 'removed'],
          // Of whoever was erased there is no address left.
          mend: parseEmail(email)
            ? mendBy(ctx, 'createInvitations', {
                path: '/invitations',
                body: { invitations: [again] }
              })
            : null
        }
      : {})
  })
}

export const examineSuspension: Examine = (ctx, facts) => {
  const { status, seat } = facts
  if (status === 'removed') return absent(ctx, 'suspension')
  const isSuspended = status === 'suspended'
  return result(ctx, 'suspension', {
    data: { since: isSuspended ? seat.idleSince : null },
    ...(isSuspended
      ? {
          code: 'member_suspended',
          mend: mendBy(ctx, 'reactivateMember', { path: `${memberPath(facts)}/reactivate` })
        }
      : {})
  })
}

export const examineReassignment: Examine = (ctx, facts) => {
  const { status, seat } = facts
  if (status === 'removed') return absent(ctx, 'reassignment')
  if (status !== 'reassignment_pending') return result(ctx, 'reassignment', {})
  return result(ctx, 'reassignment', {
    data: {
      since: seat.idleSince,
      invitation_id: seat.invitation?.id ?? null,
      email: seat.invitation?.email ?? null,
      expires_at: seat.invitation?.expiresAt ?? null,
      on_timeout: ctx.policy.policy.reassignment.on_timeout
    },
    code: 'reassignment_pending',
    mend: mendBy(ctx, 'cancelReassignment', { path: `${memberPath(facts)}/reassignment` })
  })
}

export const examineRole: Examine = (ctx, facts) => {
  const { policy } = ctx.policy
  const { role } = facts.seat.member
  if (facts.status === 'removed') return absent(ctx, 'role')
  const known = findRole(policy, role)
  return result(ctx, 'role', {
    data: {
      role,
      role_label: roleLabel(policy, role, ctx.locale),
      custom: known?.custom === true
    },
    ...(known ? {} : { code: 'unknown_role', mend: givesRole(ctx, facts) })
  })
}

/** The usual role; null: that is the one it is about. */
function givesRole(ctx: OrgContext, facts: AccessFacts): Mend | null {
  const { default_role: role } = ctx.policy.policy
  return role === facts.seat.member.role
    ? null
    : mendBy(ctx, 'updateMember', { path: memberPath(facts), body: { role } })
}

export const examinePermissions: Examine = (ctx, facts) => {
  if (facts.status === 'removed') return absent(ctx, 'permissions')
  const held = [...permissionsOf(ctx.policy.policy, facts.seat.member.role)].sort()
  return result(ctx, 'permissions', {
    data: { permissions: held, count: held.length },
    ...(held.length > 0 ? {} : { code: 'no_permissions', mend: givesRole(ctx, facts) })
  })
}
