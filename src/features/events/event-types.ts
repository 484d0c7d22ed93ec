/** Everything that Muster tells of. The closed list: what is not here cannot be appended. */
export const EVENT_TYPES = [
  'api_key.created',
  'api_key.revoked',
  'organization.created',
  'organization.updated',
  'organization.canceled',
  'organization.restored',
  'organization.flagged_for_deletion',
  'organization.deleted',
  'billing.updated',
  'billing.charge_due',
  'billing.credit_due',
  'billing.credit_expired',
  'seats.limit_reached',
  'seats.purchased',
  'seats.released',
  'credits.topped_up',
  'credits.allocated',
  'credits.reclaimed',
  'credits.moved',
  'credits.distributed',
  'credits.expired',
  'credits.low',
  'credits.exhausted',
  'credits.quota_refilled',
  'credits.quota_short',
  'credit_settings.updated',
  'credit_quotas.updated',
  'credit_request.created',
  'credit_request.approved',
  'credit_request.denied',
  'credit_request.canceled',
  'export.started',
  'export.finished',
  'policy.created',
  'policy.versioned',
  'role.created',
  'role.updated',
  'role.deleted',
  'member.invited',
  'member.joined',
  'member.updated',
  'member.role_changed',
  'member.suspended',
  'member.reactivated',
  'member.left',
  'member.removed',
  'ownership.transferred',
  'reassignment.started',
  'reassignment.redirected',
  'reassignment.declined',
  'reassignment.completed',
  'reassignment.canceled',
  'reassignment.timed_out',
  'group.created',
  'group.updated',
  'group.deleted',
  'group.member_added',
  'group.member_removed',
  'invitation.sent',
  'invitation.delivery_failed',
  'invitation.resent',
  'invitation.link_copied',
  'invitation.accepted',
  'invitation.declined',
  'invitation.canceled',
  'invitation.expired',
  'domain_claim.created',
  'domain_claim.verified',
  'domain_claim.failed',
  'domain_claim.released',
  'join_request.created',
  'join_request.approved',
  'join_request.denied',
  'signup_page.created',
  'signup_page.updated',
  'signup_page.enabled',
  'signup_page.disabled',
  'signup_page.filled',
  'signup.requested',
  'notice.created',
  'mail_suppression.created',
  'mail_suppression.deleted',
  'user.erased',
  'webhook_endpoint.created',
  'webhook_endpoint.updated',
  'webhook_endpoint.secret_rotated',
  'webhook_endpoint.disabled',
  'webhook_endpoint.deleted',
  'webhook_endpoint.tested'
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export type SubjectType =
  | 'api_key'
  | 'organization'
  | 'policy'
  | 'role'
  | 'group'
  | 'member'
  | 'invitation'
  | 'billing_entry'
  | 'export'
  | 'credit_transfer'
  | 'credit_request'
  | 'domain_claim'
  | 'join_request'
  | 'signup_page'
  | 'notice'
  | 'mail_suppression'
  | 'webhook_endpoint'
