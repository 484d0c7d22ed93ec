import type { InvitationRow } from '../../db/tables/invitations.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import type { NewEvent } from '../events/append-events.js'

/** The account, with its holder before the event, and the offer to whoever is to take it over. */
interface Reassignment {
  readonly member: MemberRow
  readonly invitation: InvitationRow
}

const concerning = ({ member, invitation }: Reassignment) => ({
  subject: { type: 'member' as const, id: member.id },
  data: {
    invitation_id: invitation.id,
    email: invitation.email,
    from: { user_id: member.userId, email: member.email }
  }
})

/** From now on nobody has access (SM-72). */
export function reassignmentStarted(of: Reassignment): NewEvent {
  const { subject, data } = concerning(of)
  return {
    type: 'reassignment.started',
    subject,
    data: { ...data, sessions: 'revoke' },
    changes: { status: ['active', 'reassignment_pending'] }
  }
}

/** Somebody else is asked instead; nobody's access changes. */
export const reassignmentRedirected = (of: Reassignment): NewEvent => ({
  type: 'reassignment.redirected',
  ...concerning(of),
  changes: { invitation_id: [of.member.invitationId, of.invitation.id] }
})

export const reassignmentDeclined = (of: Reassignment): NewEvent => ({
  type: 'reassignment.declined',
  ...concerning(of)
})

export const reassignmentCanceled = (of: Reassignment): NewEvent => ({
  type: 'reassignment.canceled',
  ...concerning(of),
  changes: { status: ['reassignment_pending', 'active'] }
})

/** Nobody accepted before `expires_at`; `restored`: since then the holder has access again (SM-77). */
export function reassignmentTimedOut(of: Reassignment, restored: boolean): NewEvent {
  const { subject, data } = concerning(of)
  return {
    type: 'reassignment.timed_out',
    subject,
    data: { ...data, restored, expires_at: of.invitation.expiresAt?.toISOString() ?? null },
    ...(restored ? { changes: { status: ['reassignment_pending', 'active'] } } : {})
  }
}

/** Also says what becomes of what the account shares or is shared, and of the old sessions. */
export function reassignmentCompleted(
  { reassignment: { shared_access: sharedAccess } }: Policy,
  of: Reassignment,
  after: MemberRow
): NewEvent {
  const { member } = of
  const { subject, data } = concerning(of)
  return {
    type: 'reassignment.completed',
    subject,
    data: {
      ...data,
      to: { user_id: after.userId, email: after.email },
      shared_access: sharedAccess,
      sessions: 'revoke'
    },
    changes: {
      status: ['reassignment_pending', 'active'],
      user_id: [member.userId, after.userId],
      email: [member.email, after.email],
      name: [member.name, after.name],
      joined_at: [member.joinedAt?.toISOString() ?? null, after.joinedAt?.toISOString() ?? null]
    }
  }
}
