import type { LockedOrganization } from '../organizations/queries.js'
import { sizeOf, usedSeatsOf, usesSeat } from './seat-count.js'
import type { SeatMove } from './seat-move.js'

/** What moves make of the seats of a team that has only so many. */
export interface SeatCount {
  /** Who took one more than there were. */
  readonly overages: readonly SeatMove[]
  /** How many gave one up. */
  readonly released: number
  /** What billing says afterwards. */
  readonly seats: number | null
  readonly before: Figures | undefined
  /** Undefined where nobody was counted: seats were given up only. */
  readonly after: Figures | undefined
}

export interface Figures {
  readonly used: number
  readonly size: number
}

/** In the order in which the moves were decided: the first take what is free (SM-25). */
export function countSeats(
  organization: LockedOrganization,
  moves: readonly SeatMove[]
): SeatCount {
  const { policy } = organization.policy
  const { seats } = organization.tally
  const size = sizeOf(seats, policy)
  if (size === null) {
    return { overages: [], released: 0, seats, before: undefined, after: undefined }
  }
  const used = organization.counts && usedSeatsOf(organization.counts, policy)
  const run: Run = { used: used ?? 0, size, released: 0, overages: [] }
  for (const move of moves) count(organization, run, move)
  return {
    overages: run.overages,
    released: run.released,
    seats: run.size === size ? seats : run.size,
    before: used === undefined ? undefined : { used, size },
    after: used === undefined ? undefined : { used: run.used, size: run.size }
  }
}

interface Run {
  used: number
  size: number
  released: number
  readonly overages: SeatMove[]
}

function count(organization: LockedOrganization, run: Run, move: SeatMove): void {
  const { policy } = organization.policy
  const was = usesSeat(policy, move.before?.status ?? null)
  const is = usesSeat(policy, move.after.status)
  if (was === is) return
  if (was) {
    run.released += 1
    // A seat that time has freed was not counted any more.
    if (!move.lapsedAt) run.used -= 1
    return
  }
  if (run.used >= run.size && isCharged(organization, move)) {
    run.overages.push(move)
    run.size += 1
  }
  run.used += 1
}

function isCharged(
  { policy: { policy } }: LockedOrganization,
  { isResend = false }: SeatMove
): boolean {
  const { mode, resend_expired_when_full: resend } = policy.seats
  return mode === 'prepaid' && !(isResend && resend === 'free')
}
