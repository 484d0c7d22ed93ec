/** Everything that Muster tells of. The closed list: what is not here cannot be appended. */
export const EVENT_TYPES = [
  'api_key.created',
  'api_key.revoked',
  'organization.created',
  'organization.updated',
  'member.invited',
  'member.joined',
  'invitation.sent',
  'invitation.delivery_failed',
  'invitation.resent',
  'invitation.link_copied',
  'invitation.accepted',
  'invitation.declined',
  'invitation.canceled',
  'invitation.expired'
] as const
export type EventType = (typeof EVENT_TYPES)[number]

export type SubjectType = 'api_key' | 'organization' | 'member' | 'invitation'
