import type { Policy } from '../document.js'
import { findEscalation } from './find-escalation.js'
import { findGrants } from './find-grants.js'
import { findOutOfReach } from './find-out-of-reach.js'
import { findUnmanageable } from './find-unmanageable.js'
import type { Finding } from './finding.js'
import { stagesOf } from './own-roles.js'
import { newWorld } from './rulings.js'

export type { Finding } from './finding.js'

/** How many acts are tried: two seconds of work at most, and enough for a dozen roles. */
const STEPS_TO_UNMANAGEABLE_MAX = 250_000
const STEPS_TO_ESCALATION_MAX = 250_000

/**
 * What follows from a policy, beyond its shape: what its actors can do by any sequence of acts that
 * `decide` allows, explored exhaustively in small teams. At most one finding per code and role, with
 * the shortest counter-example; errors come first.
 *
 * Channels, confirmations, entitlements, seats and lifetimes of offers stop nobody here: they are up
 * to the client, the caller and the host, or pass.
 */
export function checkPolicy(policy: Policy): Finding[] {
  const [stage, ...more] = stagesOf(policy)
  const world = newWorld(stage.policy)
  const suspects = [
    ...stage.roles.map((role) => ({ world, role })),
    ...more.flatMap((other) => {
      const own = newWorld(other.policy)
      return other.roles.map((role) => ({ world: own, role }))
    })
  ]
  const stepsMax = Math.floor(STEPS_TO_ESCALATION_MAX / suspects.length)
  const explored = [
    ...suspects.map((suspect) => findEscalation(suspect.world, suspect.role, stepsMax)),
    findUnmanageable(world, STEPS_TO_UNMANAGEABLE_MAX)
  ]
  return inOrder([
    ...explored.flatMap(({ finding }) => finding ?? []),
    ...suspects.flatMap((suspect) => findGrants(suspect.world, suspect.role)),
    ...findOutOfReach(world),
    ...(explored.every(({ isComplete }) => isComplete) ? [] : [EXPLORED_IN_PART])
  ])
}

/** Errors first, then by the number of steps; of each code and role the first alone. */
function inOrder(findings: readonly Finding[]): Finding[] {
  const weight = ({ severity }: Finding) => (severity === 'error' ? 0 : 1)
  const ordered = findings.toSorted(
    (one, other) => weight(one) - weight(other) || one.steps.length - other.steps.length
  )
  const known = new Set<string>()
  return ordered.filter(({ code, roles: [role = ''] }) => {
    const key = `${code} ${role}`
    const isFirst = !known.has(key)
    known.add(key)
    return isFirst
  })
}

const EXPLORED_IN_PART: Finding = {
  severity: 'warning',
  code: 'explored_in_part',
  message: 'There are too many roles to look at every small team: more may be wrong.',
  steps: [],
  roles: []
}
