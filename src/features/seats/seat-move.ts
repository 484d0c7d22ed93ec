import type { MemberRow, MemberStatus } from '../../db/tables/members.js'

/** What a seat costs by: the member's status at this instant, and what lies on it. */
export interface SeatState {
  readonly status: MemberStatus
  /** How many resources that are charged lie on it. */
  readonly chargedResources: number
  /** How, where it has ended. */
  readonly endedBy?: MemberRow['endedBy']
}

/** What a command does to one member. */
export interface SeatMove {
  readonly memberId: string
  /** Null: there was no such member. */
  readonly before: SeatState | null
  readonly after: SeatState
  /** The invitation that takes the seat, where one does. */
  readonly offer?: { readonly id: string; readonly generation: number }
  /** An offer that ran out is opened again, which may be free (SM-45). */
  readonly isResend?: boolean
  /** Time did it, then: the seat has been free since. */
  readonly lapsedAt?: Date
}

/** A seat that has come to an end, which it does once, and why. */
export function endedSeat({
  memberId,
  before,
  after
}: SeatMove): { memberId: string; reason: string }[] {
  if (!hasEnded(after) || (before !== null && hasEnded(before))) return []
  return [{ memberId, reason: reasonOf(after) }]
}

const hasEnded = ({ status }: SeatState) => status === 'removed' || status === 'invitation_expired'

const REASONS = {
  canceled: 'invitation_canceled',
  declined: 'invitation_declined',
  removed: 'member_removed',
  left: 'member_left'
} as const

const reasonOf = ({ endedBy }: SeatState): string =>
  endedBy == null ? 'invitation_expired' : REASONS[endedBy]
