import { type Explored, explore, type Node, wayTo } from './explore.js'
import { givesBeyond } from './find-grants.js'
import { enumerate, type Finding } from './finding.js'
import { selectorOf } from './own-roles.js'
import type { World } from './rulings.js'
import { startingTeams } from './starting-teams.js'
import { stepsFrom } from './steps.js'
import type { Seat } from './team.js'
import { tell } from './tell.js'

/** Whoever is brought in, or takes an account over, is an accomplice. The others only look on. */
const CONSPIRACY = {
  acts: ({ side }: Seat) => side === 'controlled',
  newcomers: 'controlled',
  heirsMayNotAnswer: false
} as const

/** The largest teams that are looked at; where they are too many, smaller ones. */
const MEMBERS_MAX = 4
const MEMBERS_MAX_OF_MANY_ROLES = 3

/**
 * A way in which a holder of the role, with the accounts that it comes to control, gets to hold one
 * of Muster's own permissions that the role lacks. What the role itself gives away beyond its own is
 * told by `findGrants`, so no such way goes over it.
 */
export function findEscalation(
  world: World,
  role: string,
  stepsMax: number
): { finding?: Finding; isComplete: boolean } {
  const { policy, lacks } = world
  if (policy.roles.every(({ key }) => lacks(role, key).length === 0)) return { isComplete: true }
  const inLarge = search(world, role, { membersMax: MEMBERS_MAX, stepsMax })
  const { found, isComplete } = inLarge.isComplete
    ? inLarge
    : search(world, role, { membersMax: MEMBERS_MAX_OF_MANY_ROLES, stepsMax })
  return found ? { finding: escalation(world, role, found), isComplete } : { isComplete }
}

function search(
  world: World,
  role: string,
  { membersMax, stepsMax }: { membersMax: number; stepsMax: number }
): Explored {
  const { policy, lacks } = world
  const cast = { ...CONSPIRACY, membersMax }
  return explore({
    starts: startingTeams(policy, role),
    stepsFrom: (team) =>
      stepsFrom(world, team, cast).filter(
        (step) => step.actor.role !== role || givesBeyond(step, lacks).length === 0
      ),
    isFound: (node) => gained(world, role, node).length > 0,
    stepsMax
  })
}

function gained({ lacks }: World, role: string, { team }: Node): string[] {
  return team.seats.flatMap((seat) => (seat.side === 'controlled' ? lacks(role, seat.role) : []))
}

function escalation(world: World, role: string, node: Node): Finding {
  const { policy } = world
  const power = enumerate(gained(world, role, node))
  return {
    severity: 'error',
    code: 'self_escalation',
    message: `A holder of ${role} can come to hold, or control, what the role lacks: ${power}.`,
    steps: tell(policy, wayTo(node)),
    roles: [selectorOf(policy, role)]
  }
}
