import type { MemberStatus, SeatResources } from '../../db/tables/members.js'

/** What a seat costs by: the member's status at this instant, and what lies on it. */
export interface SeatState {
  readonly status: MemberStatus
  readonly resources: SeatResources | null
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
