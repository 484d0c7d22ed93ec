import { type Seat, setRoles, type Team } from './team.js'
import { NOTHING, pick, type Step, type Taken, takenBy, type World } from './world.js'

const SETS = [
  ['team.view'],
  ['team.view', 'member.invite'],
  ['team.view', 'member.remove', 'member.role'],
  []
] as const

const mayHave = ({ document }: Team) => document.custom_roles.allowed !== 'never'

export async function createRole(world: World, team: Team, step: Step): Promise<Taken> {
  if (!mayHave(team) || team.custom.length > 3) return NOTHING
  const key = world.unique('role')
  const permissions = pick(SETS, step.other) ?? []
  const body = { key, label: { en: key }, permissions }
  const taken = takenBy(await world.call('POST', `${team.path}/roles?confirm=true`, { body }), 'ok')
  if (taken.said !== 'ok') return taken
  team.custom.push({ key, permissions })
  setRoles(team)
  return taken
}

export async function updateRole(world: World, team: Team, step: Step): Promise<Taken> {
  const role = pick(team.custom, step.target)
  if (!role) return NOTHING
  const permissions = pick(SETS, step.other) ?? []
  const path = `${team.path}/roles/${role.key}?confirm=true`
  const taken = takenBy(await world.call('PATCH', path, { body: { permissions } }), 'ok')
  if (taken.said !== 'ok') return taken
  role.permissions = permissions
  setRoles(team)
  return taken
}

/** One that somebody has, or is offered, stays. */
export async function deleteRole(world: World, team: Team, step: Step): Promise<Taken> {
  const role = pick(team.custom, step.target)
  if (!role) return NOTHING
  const holders = team.seats.filter((seat) => seat.role === role.key)
  const isHeld = holders.some(({ status }) => status !== 'removed')
  const isKnown = !isHeld && team.pages.every((page) => page.role !== role.key)
  const answer = await world.call('DELETE', `${team.path}/roles/${role.key}?confirm=true`)
  const taken = takenBy(answer, isHeld ? 'state' : isKnown ? 'ok' : null)
  if (taken.said !== 'ok') return taken
  team.custom.splice(team.custom.indexOf(role), 1)
  setRoles(team)
  return taken
}

const ASKED = ['member.invite', 'member.remove', 'team.view', 'member.role']

/** May they? Only whoever is in, and only what their role holds. */
export async function authorize(world: World, team: Team, step: Step): Promise<Taken> {
  const known = team.seats.filter(({ id }) => id !== '')
  const away = known.filter(({ status }) => status === 'suspended')
  const seat = pick(away.length > 0 && step.amount % 2 === 0 ? away : known, step.target)
  return seat ? mayMember(world, team, seat, pick(ASKED, step.other) ?? '') : NOTHING
}

export async function mayMember(
  world: World,
  team: Team,
  seat: Seat,
  permission: string
): Promise<Taken> {
  const check = { member_id: seat.id, permission }
  const path = `${team.path}/authorize`
  const one = await world.call('POST', path, { body: check })
  const many = await world.call('POST', path, { body: { checks: [check, check] } })
  const role = team.rules.roles.find(({ key }) => key === seat.role)
  const isHeld = role?.permissions.includes(permission) ?? false
  const allowed = seat.status === 'active' && isHeld
  const said = [one.body, ...(many.body.data ?? [many.body])].map((answer) => answer.allowed)
  const expected = [allowed, allowed, allowed]
  return { said: said.join(), expected: expected.join(), detail: JSON.stringify(one.body) }
}
