import { ownerRoleOf, type Policy } from '../document.js'
import type { Act, Joining, World } from './rulings.js'
import { distinctSeats, type Seat, type Side, type Team } from './team.js'

/** One act of one member, and the team after it. */
export interface Step {
  readonly move: Joining | Act
  readonly actor: Seat
  /** To whom it is done; of whoever joins, the seat that they get. */
  readonly target: Seat
  /** Who is to take over the target's account. */
  readonly heir?: { readonly person: number; readonly answers: boolean }
  readonly team: Team
}

/** Whose acts are looked at, and what becomes of people who come from outside. */
export interface Cast {
  readonly acts: (seat: Seat) => boolean
  readonly newcomers: Side
  /** Whether an account may stay locked because whoever should take it over never answers. */
  readonly heirsMayNotAnswer: boolean
  /** Nobody joins a team of so many. */
  readonly membersMax: number
}

/** Every single act that the policy allows in a team. Who is invited accepts at once. */
export function stepsFrom(world: World, team: Team, cast: Cast): Step[] {
  const { joining, upon } = world.rulings(team)
  const actors = team.seats.filter((seat) => seat.status === 'active' && cast.acts(seat))
  return distinctSeats(actors).flatMap((actor) => {
    const others = distinctSeats(team.seats.filter((seat) => seat !== actor))
    const joiners = team.seats.length < cast.membersMax ? joining(actor) : []
    return [
      ...joiners.map((move) => join(team, actor, move, cast)),
      ...[actor, ...others].flatMap((target) =>
        upon(actor, target).flatMap((move) =>
          after(world.policy, team, { actor, target, move }, cast)
        )
      )
    ]
  })
}

function join(team: Team, actor: Seat, move: Joining, cast: Cast): Step {
  const { people: person } = team
  const target: Seat = { person, role: move.to, status: 'active', side: cast.newcomers }
  return { move, actor, target, team: { seats: [...team.seats, target], people: person + 1 } }
}

interface Deed {
  readonly actor: Seat
  readonly target: Seat
  readonly move: Act
}

/** The act with each of its outcomes. */
function after(policy: Policy, team: Team, deed: Deed, cast: Cast): Step[] {
  const { actor, target, move } = deed
  const become = (seat: Seat): Step[] => [
    { ...deed, team: { ...team, seats: replace(team, target, seat) } }
  ]
  switch (move.type) {
    case 'change_role':
      return become({ ...target, role: move.to })
    case 'suspend':
      return become({ ...target, status: 'suspended' })
    case 'reactivate':
      return become({ ...target, status: 'active' })
    case 'remove':
    case 'leave':
      return [{ ...deed, team: { ...team, seats: team.seats.filter((seat) => seat !== target) } }]
    case 'reassign':
      return reassign(team, deed, cast)
    case 'transfer':
      return [{ ...deed, team: { ...team, seats: transfer(policy, team, actor, target) } }]
  }
}

/** Whoever takes an account over has its role from then on; until then nobody has it. */
function reassign(team: Team, deed: Deed, cast: Cast): Step[] {
  const { people: person } = team
  const { target } = deed
  const taken: Seat = { person, role: target.role, status: 'active', side: cast.newcomers }
  const locked: Seat = { ...target, status: 'reassignment_pending' }
  const step = (seat: Seat, answers: boolean): Step => ({
    ...deed,
    heir: { person, answers },
    team: { seats: replace(team, target, seat), people: person + 1 }
  })
  return [step(taken, true), ...(cast.heirsMayNotAnswer ? [step(locked, false)] : [])]
}

function transfer(policy: Policy, team: Team, actor: Seat, target: Seat): Seat[] {
  const { transfer: way, former_becomes: former = actor.role } = policy.ownership
  const seats = replace(team, target, { ...target, role: ownerRoleOf(policy) })
  return way === 'swap'
    ? seats.map((seat) => (seat === actor ? { ...actor, role: former } : seat))
    : seats
}

const replace = ({ seats }: Team, old: Seat, seat: Seat) =>
  seats.map((one) => (one === old ? seat : one))
