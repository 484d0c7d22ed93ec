import type { Changes } from '../../db/tables/events.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import type { NewEvent } from '../events/append-events.js'
import type { SeatMove } from '../seats/seat-move.js'
import type { TargetMember } from './queries.js'

/** Whom an event of a member concerns, by its id and by whom the host knows. */
export const concerning = ({ id, userId, email }: MemberRow) => ({
  subject: { type: 'member' as const, id },
  data: { user_id: userId, email }
})

/**
 * What else of a seat becomes different when somebody is offered it again, takes it or leaves it, so
 * that the log can tell who had it at any instant. Nothing of a new one.
 */
export function seatChanges(before: MemberRow | undefined, after: MemberRow): Changes {
  if (!before) return {}
  const [was, is] = [toTold(before), toTold(after)]
  const fields = Object.keys(was) as (keyof typeof was)[]
  const different = fields.filter((field) => was[field] !== is[field])
  return Object.fromEntries(different.map((field) => [field, [was[field], is[field]]]))
}

const toTold = ({ userId, email, name, role, joinedAt }: MemberRow) => ({
  user_id: userId,
  email,
  name,
  role,
  joined_at: joinedAt?.toISOString() ?? null
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

/** What was done to seats, from what each was at this instant. */
export function movesOf(before: readonly TargetMember[], after: readonly MemberRow[]): SeatMove[] {
  const rows = new Map(after.map((row) => [row.id, row]))
  return before.flatMap(({ member, target: { id, status } }) => {
    const row = rows.get(id)
    return row ? [{ memberId: id, before: { ...member, status }, after: row }] : []
  })
}
