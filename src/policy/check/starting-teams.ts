import type { Policy } from '../document.js'
import { holdersOf, newTeam, type Team } from './team.js'

/**
 * The smallest teams in which somebody with this role can meet anybody: alone, with the creator, with
 * one member of any role, with both. Smaller ones come first.
 */
export function startingTeams(policy: Policy, role: string): Team[] {
  const others = policy.roles.map(({ key }) => key)
  const { creator_role: creator } = policy
  const teams = [
    [role],
    [role, creator],
    ...others.map((other) => [role, other]),
    ...others.map((other) => [role, creator, other])
  ]
  return teams.map((roles) => newTeam(roles, 'controlled')).filter((team) => canBe(policy, team))
}

/** Whether each role has as many holders as it must and may have. */
export function canBe({ roles }: Policy, team: Team): boolean {
  return roles.every(({ key, min, max }) => {
    const { active, all } = holdersOf(team, key)
    return active >= min && (max === null || all <= max)
  })
}
