import type { Policy } from '../document.js'
import { type Explored, explore, type Node, wayTo } from './explore.js'
import type { Finding } from './finding.js'
import { canManage, type World } from './rulings.js'
import { type Cast, stepsFrom } from './steps.js'
import { newTeam, type Team } from './team.js'
import { tell } from './tell.js'

/** Everybody does whatever the policy allows. */
const EVERYBODY: Cast = {
  acts: () => true,
  newcomers: 'other',
  heirsMayNotAnswer: true,
  membersMax: 3
}

/**
 * How an organization, from its creator on, can come to a team that nobody can manage: no active
 * member could bring anybody in or give anybody another role, whoever else there was and however
 * many held which role. Suspended members, and those whose account is being reassigned, do not
 * count: they may never come back.
 */
export function findUnmanageable(
  world: World,
  stepsMax: number
): { finding?: Finding; isComplete: boolean } {
  const { found, isComplete } = search(world, stepsMax)
  return found ? { finding: unmanageable(world.policy, found), isComplete } : { isComplete }
}

function search(world: World, stepsMax: number): Explored {
  const { policy } = world
  const roles = policy.roles.map(({ key }) => key)
  const managing = new Set(roles.filter((role) => canManage(policy, role)))
  const isManaged = ({ seats }: Team) =>
    seats.some(({ role, status }) => status === 'active' && managing.has(role))
  return explore({
    starts: [newTeam([policy.creator_role], 'other')],
    stepsFrom: (team) => stepsFrom(world, team, EVERYBODY),
    isFound: ({ team }) => !isManaged(team),
    stepsMax
  })
}

function unmanageable(policy: Policy, node: Node): Finding {
  const steps = tell(policy, wayTo(node))
  const when = steps.length === 0 ? 'begins with' : 'can end with'
  return {
    severity: 'error',
    code: 'unmanageable',
    message: `An organization ${when} no active member who can invite or change a role.`,
    steps,
    roles: [policy.creator_role]
  }
}
