import { enumerate, type Finding } from './finding.js'
import { selectorOf } from './own-roles.js'
import type { Comparison } from './powers.js'
import type { World } from './rulings.js'
import { startingTeams } from './starting-teams.js'
import { type Cast, type Step, stepsFrom } from './steps.js'
import { tell } from './tell.js'

const ALONE: Cast = {
  acts: ({ side }) => side === 'controlled',
  newcomers: 'other',
  heirsMayNotAnswer: false,
  membersMax: 4
}

/** What an act gives to somebody else that whoever does it has not; transfers give what one has. */
export function givesBeyond({ move, actor, target }: Step, lacks: Comparison): readonly string[] {
  if (!('to' in move) || target === actor) return []
  const given = lacks(actor.role, move.to)
  if (given.length === 0 || move.type !== 'change_role') return given
  const isNew = new Set(lacks(target.role, move.to))
  return given.filter((permission) => isNew.has(permission))
}

/** One act by which a holder of the role makes somebody else hold what the role lacks. */
export function findGrants(world: World, role: string): Finding[] {
  const { policy, lacks, lacksOfHost } = world
  const steps = startingTeams(policy, role).flatMap((team) => stepsFrom(world, team, ALONE))
  const find = (comparison: Comparison, rest: Pick<Finding, 'severity' | 'code'>): Finding[] => {
    const step = steps.find((one) => givesBeyond(one, comparison).length > 0)
    if (!step || !('to' in step.move)) return []
    const given = enumerate(givesBeyond(step, comparison))
    const message = `A holder of ${role} can give what the role itself lacks: ${given}.`
    const roles = [role, step.move.to].map((key) => selectorOf(policy, key))
    return [{ ...rest, message, steps: tell(policy, [step]), roles }]
  }
  return [
    ...find(lacks, { severity: 'error', code: 'grants_what_it_lacks' }),
    ...find(lacksOfHost, { severity: 'warning', code: 'grants_app_permission_it_lacks' })
  ]
}
