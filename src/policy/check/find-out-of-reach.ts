import type { Policy } from '../document.js'
import type { Finding } from './finding.js'
import type { World } from './rulings.js'
import { canBe } from './starting-teams.js'
import { type Cast, stepsFrom } from './steps.js'
import { newTeam, type Seat, type Team } from './team.js'

/**
 * `unreachable_role`: neither the creator's nor the default, and no member's act ever gives it. (The
 * host can give any role; one that only the host can give is more likely a slip.)
 *
 * `irremovable_creator`: whatever anybody does, the creator included, the creator keeps both seat
 * and role.
 */
export function findOutOfReach(world: World): Finding[] {
  const { creator_role: creator, default_role, roles } = world.policy
  const { given, isCreatorReplaceable } = reachOf(world)
  const reached = new Set([...given, creator, default_role])
  const unreachable = roles.filter(({ key, custom }) => custom !== true && !reached.has(key))
  return [
    ...unreachable.map(({ key }) => unreachableRole(key)),
    ...(isCreatorReplaceable ? [] : [irremovableCreator(creator)])
  ]
}

interface Reach {
  /** Roles that somebody can come to hold who did not begin with them. */
  readonly given: ReadonlySet<string>
  readonly isCreatorReplaceable: boolean
}

/** Nobody gets a role by leaving an account locked. */
const EVERYBODY: Cast = {
  acts: () => true,
  newcomers: 'other',
  heirsMayNotAnswer: false,
  membersMax: 4
}

/**
 * From the creator alone to the roles that members give, to those that their holders give, and so
 * on. Such a chain can be longer than any team that is explored as a whole, so it is followed by
 * what any two can do who meet beside the creator.
 */
function reachOf(world: World): Reach {
  const given = new Set<string>()
  let isCreatorReplaceable = false
  let teams = [newTeam([world.policy.creator_role], 'creator')]
  while (teams.length > 0) {
    const next = reachFrom(world, teams)
    const fresh = [...next.given].filter((role) => !given.has(role))
    for (const role of fresh) given.add(role)
    isCreatorReplaceable ||= next.isCreatorReplaceable
    teams = teamsAround(world.policy, fresh, [...given])
  }
  return { given, isCreatorReplaceable }
}

/** By one act in one of these teams. */
function reachFrom(world: World, teams: readonly Team[]): Reach {
  const { creator_role: creator } = world.policy
  const isCreator = ({ side, role }: Seat) => side === 'creator' && role === creator
  const given = new Set<string>()
  let isCreatorReplaceable = false
  for (const before of teams) {
    for (const { team } of stepsFrom(world, before, EVERYBODY)) {
      const others = team.seats.filter((seat) => !isCreator(seat))
      for (const { role } of others) given.add(role)
      isCreatorReplaceable ||= others.length === team.seats.length
    }
  }
  return { given, isCreatorReplaceable }
}

/** The creator with one member of a fresh role, and with another of any role that is given. */
function teamsAround(policy: Policy, fresh: readonly string[], given: readonly string[]): Team[] {
  const { creator_role: creator } = policy
  const teams = fresh.flatMap((role) => [
    [creator, role],
    ...given.map((other) => [creator, role, other])
  ])
  return teams.map((roles) => newTeam(roles, 'creator')).filter((team) => canBe(policy, team))
}

function unreachableRole(role: string): Finding {
  return {
    severity: 'error',
    code: 'unreachable_role',
    message: `Nobody can ever come to hold ${role}: no member can give it.`,
    steps: [],
    roles: [role]
  }
}

function irremovableCreator(role: string): Finding {
  return {
    severity: 'warning',
    code: 'irremovable_creator',
    message: `Whoever begins an organization as ${role} can never be removed or replaced.`,
    steps: [],
    roles: [role]
  }
}
