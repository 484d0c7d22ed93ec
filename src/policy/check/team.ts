import type { Holders } from '../decision.js'

export type SeatStatus = 'active' | 'suspended' | 'reassignment_pending'

/** Whose a seat is, as far as a search has to know. */
export type Side = 'controlled' | 'creator' | 'other'

/** A member of an imagined team. */
export interface Seat {
  /** Who sits there: 0 is told as A. */
  readonly person: number
  readonly role: string
  readonly status: SeatStatus
  readonly side: Side
}

export interface Team {
  readonly seats: readonly Seat[]
  /** How many people have been named so far. */
  readonly people: number
}

/** Active members with these roles; the first is of this side, the rest of no side. */
export function newTeam(roles: readonly string[], first: Side): Team {
  const seats = roles.map((role, person): Seat => {
    return { person, role, status: 'active', side: person === 0 ? first : 'other' }
  })
  return { seats, people: seats.length }
}

/** Most seats of a team stay as they are from one team to the next. */
const kinds = new WeakMap<Seat, string>()

/** The same for seats that differ in nothing but who sits there. */
function kindOf(seat: Seat): string {
  const known = kinds.get(seat)
  if (known !== undefined) return known
  const kind = `${seat.role} ${seat.status} ${seat.side}`
  kinds.set(seat, kind)
  return kind
}

/** The same for teams that differ in nothing but who is who. */
export function teamKey({ seats }: Team): string {
  return seats.map(kindOf).sort().join()
}

/** The first seat of each kind: what holds for one of two alike holds for the other. */
export function distinctSeats(seats: readonly Seat[]): Seat[] {
  const known = seats.map(kindOf)
  return seats.filter((_, index) => known.indexOf(known[index] ?? '') === index)
}

export function holdersOf({ seats }: Team, role: string): Holders {
  const all = seats.filter((seat) => seat.role === role)
  return { active: all.filter(({ status }) => status === 'active').length, all: all.length }
}
