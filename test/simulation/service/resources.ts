import { holdersOf, isExclusive, type Seat, type Team } from './team.js'
import { NOTHING, pick, type Step, type Taken, takenBy, type World } from './world.js'

export const hasResources = ({ document }: Team) => document.resources.kinds.length > 0

export async function createResource(world: World, team: Team): Promise<Taken> {
  if (!hasResources(team)) return NOTHING
  const external = world.unique('res')
  const body = { external_id: external }
  const answer = await world.call('POST', `${team.path}/resources`, { body })
  const taken = takenBy(answer, 'ok')
  if (taken.said === 'ok') team.resources.set(external, answer.body.id)
  return taken
}

/** Whether the resource can be had so: whoever has it exclusively has it alone. */
function judgeGrant(team: Team, resource: string, seat: Seat, mode: string): string {
  const others = holdersOf(team, resource).filter((one) => one !== seat)
  const isAlone = others.some((one) => isExclusive(team, one.grants.get(resource) ?? ''))
  const isHeld = isAlone || (isExclusive(team, mode) && others.length > 0)
  return isHeld ? 'resource_held' : 'ok'
}

export async function grant(world: World, team: Team, step: Step): Promise<Taken> {
  const resource = pick([...team.resources.values()], step.other)
  const seat = pick(
    team.seats.filter(({ status }) => status === 'active'),
    step.target
  )
  const mode = pick(team.document.resources.kinds[0]?.modes ?? [], step.amount)?.key
  if (resource === undefined || !seat || mode === undefined) return NOTHING
  const path = `${team.path}/resources/${resource}/grants/${seat.id}`
  const answer = await world.call('PUT', path, { body: { mode } })
  const taken = takenBy(answer, judgeGrant(team, resource, seat, mode))
  if (taken.said === 'ok' && taken.expected === 'ok') seat.grants.set(resource, mode)
  return taken
}

export async function revoke(world: World, team: Team, step: Step): Promise<Taken> {
  const held = team.seats.flatMap((seat) =>
    seat.status === 'active' ? [...seat.grants.keys()].map((id) => ({ seat, id })) : []
  )
  const one = pick(held, step.target)
  if (!one) return NOTHING
  const path = `${team.path}/resources/${one.id}/grants/${one.seat.id}`
  const taken = takenBy(await world.call('DELETE', path), 'ok')
  if (taken.said === 'ok') one.seat.grants.delete(one.id)
  return taken
}
