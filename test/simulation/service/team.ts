import { createModel, type Person, type Rules } from '../model.js'
import { type CustomRole, type Document, endOf, rulesOf, toModelRole } from './rules.js'

/** A member, with what lies on the seat. */
export interface Seat extends Person {
  id: string
  address: string
  invitationId: string
  /** All links that were ever told; the last may still be good. */
  readonly tokens: string[]
  /** Whether the last one is. */
  isLinkKnown: boolean
  /** Whether the offer goes out by mail, whose link is only known when it has come. */
  isMailed: boolean
  credits: number
  /** By resource, in which mode. */
  readonly grants: Map<string, string>
}

export interface Page {
  readonly id: string
  readonly slug: string
  readonly role: string
  readonly max: number
  count: number
  disabled: boolean
}

export interface Claim {
  readonly id: string
  readonly domain: string
  readonly address: string
  status: 'pending' | 'verified' | 'released' | 'failed' | 'over'
}

export interface Hold {
  readonly id: string
  readonly amount: number
  readonly seat: Seat
  readonly endsAt: number
}

/** A token of a member's, and who they were when it was made. */
export interface Pass {
  readonly token: string
  readonly keyId: string
  readonly seat: Seat
  readonly userId: string | undefined
  readonly endsAt: number
}

/** What an organization should be, written from the rules and not from the service. */
export interface Team {
  readonly id: string
  readonly path: string
  readonly document: Document
  readonly rules: Rules
  readonly model: ReturnType<typeof createModel>
  readonly seats: Seat[]
  readonly limit: number | null
  readonly custom: CustomRole[]
  /** Ids of resources by what the host calls them. */
  readonly resources: Map<string, string>
  readonly pages: Page[]
  readonly claims: Claim[]
  readonly holds: Hold[]
  readonly passes: Pass[]
  readonly credits: { issued: number; pool: number; spent: number }
}

export const isLiving = ({ status }: Person) => status !== 'removed'

export function createTeam(
  at: { id: string; path: string },
  document: Document,
  limit: number | null
) {
  const rules = rulesOf(document, [])
  const model = createModel(rules)
  const team: Team = {
    ...at,
    document,
    rules,
    model,
    seats: model.people as Seat[],
    limit,
    custom: [],
    resources: new Map(),
    pages: [],
    claims: [],
    holds: [],
    passes: [],
    credits: { issued: 0, pool: 0, spent: 0 }
  }
  return team
}

/** The roles of an organization have become others: what is judged from now on is judged by them. */
export function setRoles(team: Team): void {
  Object.assign(team.rules, rulesOf(team.document, team.custom))
}

export function addSeat(
  team: Team,
  fields: Partial<Seat> & { address: string; role: string }
): Seat {
  const seat: Seat = {
    id: '',
    status: 'invited',
    userId: undefined,
    offer: undefined,
    invitationId: '',
    tokens: [],
    isLinkKnown: false,
    isMailed: false,
    credits: 0,
    grants: new Map(),
    ...fields
  }
  team.seats.push(seat)
  return seat
}

/** Somebody is offered a seat now. */
export function offerSeat(team: Team, address: string, role: string, now: number): Seat {
  return addSeat(team, {
    address,
    role: toModelRole(team.document, role),
    offer: {
      userId: userOf(address),
      endsAt: endOf(team.document.invitations.lifetime, now),
      reassigns: false
    }
  })
}

export const userOf = (address: string) => `u_${address.split('@')[0] ?? ''}`

const isCounted = ({ document: { seats } }: Team, { status }: Person) =>
  seats.counted.includes(status)
export const usedSeats = (team: Team) => team.seats.filter((seat) => isCounted(team, seat)).length

/** How many seats are free; infinite where the team grows, or is charged for each. */
export function freeSeats(team: Team): number {
  if (team.document.seats.mode !== 'hard_cap' || team.limit === null)
    return Number.POSITIVE_INFINITY
  return Math.max(0, team.limit - usedSeats(team))
}

/** Whether a change of status takes a seat more than there are. */
export function refuseSeat(team: Team, from: Person['status'] | undefined, to: Person['status']) {
  const { counted } = team.document.seats
  const isTaken = counted.includes(to) && (from === undefined || !counted.includes(from))
  return isTaken && freeSeats(team) < 1 ? 'seats_exhausted' : undefined
}

/** Whatever lay on a seat is the team's again. */
export function endSeat(team: Team, seat: Seat): void {
  seat.status = 'removed'
  seat.offer = undefined
  seat.grants.clear()
  returnCredits(team, seat)
}

function returnCredits(team: Team, seat: Seat): void {
  team.credits.pool += seat.credits
  seat.credits = 0
}

/** What of a hold was not used is of whoever it was held for again, or of the team if they are gone. */
export function giveBack(team: Team, hold: Hold, amount: number): void {
  team.holds.splice(team.holds.indexOf(hold), 1)
  if (isLiving(hold.seat)) hold.seat.credits += amount
  else team.credits.pool += amount
}

/** Lets time do to offers and holds what it does. */
export function tick(team: Team, now: number): void {
  for (const hold of team.holds.filter(({ endsAt }) => endsAt <= now)) {
    giveBack(team, hold, hold.amount)
  }
  const invited = team.seats.filter(({ status }) => status === 'invited')
  team.model.tick(now)
  for (const seat of invited) {
    if (seat.status === 'invitation_expired') returnCredits(team, seat)
  }
}

/** Who else has a resource, and whether somebody has it alone. */
export function holdersOf(team: Team, resource: string): Seat[] {
  return team.seats.filter((seat) => isLiving(seat) && seat.grants.has(resource))
}

export const isExclusive = ({ document }: Team, mode: string) =>
  document.resources.kinds.some(({ modes }) =>
    modes.some((one) => one.key === mode && one.exclusive)
  )
