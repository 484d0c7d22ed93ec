import type { MemberRow } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import type { NewEvent } from '../events/append-events.js'

/** Whom an event of a member concerns, by its id and by whom the host knows. */
export const concerning = ({ id, userId, email }: MemberRow) => ({
  subject: { type: 'member' as const, id },
  data: { user_id: userId, email }
})

/** Also says what becomes of the person's sessions: what they may has changed under them. */
export function roleChanged(policy: Policy, before: MemberRow, role: string): NewEvent {
  const { subject, data } = concerning(before)
  return {
    type: 'member.role_changed',
    subject,
    data: { ...data, sessions: policy.role_change_sessions },
    changes: { role: [before.role, role] }
  }
}
