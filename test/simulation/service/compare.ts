import { hasCredits } from './credits.js'
import { hasResources } from './resources.js'
import { holdersOf, type Seat, type Team, usedSeats } from './team.js'
import { compareTold } from './told.js'
import type { World } from './world.js'

interface Shown {
  readonly id: string
  readonly email: string
  readonly user_id: string | null
  readonly role: string
  readonly status: string
  readonly resources: readonly { readonly id: string; readonly mode: string }[]
  readonly credits: { readonly balance: number } | null
}

async function readMembers({ call }: World, { path }: Team): Promise<Shown[]> {
  const shown: Shown[] = []
  for (const filter of ['', '&status=removed']) {
    for (let cursor: string | null = ''; cursor !== null; ) {
      const more: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await call('GET', `${path}/members?limit=100${filter}${more}`)
      shown.push(...body.data)
      cursor = body.next_cursor
    }
  }
  return shown
}

/** Holds a team as the service shows it beside the model; answers with what is not the same. */
export async function compareTeam(world: World, team: Team, isSwept = false): Promise<string[]> {
  // The calls are made one after the other, each of them as a host would make it.
  const shown = await readMembers(world, team)
  learnNewcomers(team, shown)
  const { body: summary } = await world.call('GET', `${team.path}/summary`)
  return [
    ...same('members', shown.length, team.seats.length),
    ...team.seats.flatMap((seat) => wrongSeat(team, seat, shown)),
    ...same('used seats', summary.seats?.used, usedSeats(team)),
    ...wrongLimits(team),
    ...(await wrongCredits(world, team)),
    ...(await wrongHolders(world, team)),
    ...(await wrongRoles(world, team)),
    ...(await wrongPages(world, team)),
    ...(await wrongClaims(world, team)),
    ...(await compareTold(world, team, isSwept))
  ]
}

/** Who came by a door is found by the address that was asked for. */
function learnNewcomers({ seats }: Team, shown: readonly Shown[]): void {
  for (const seat of seats.filter(({ id }) => id === '')) {
    seat.id = shown.find(({ email }) => email === seat.address)?.id ?? ''
  }
}

const same = (what: string, said: unknown, expected: unknown): string[] =>
  JSON.stringify(said) === JSON.stringify(expected)
    ? []
    : [`${what}: ${JSON.stringify(said)} instead of ${JSON.stringify(expected)}`]

function wrongSeat(team: Team, seat: Seat, shown: readonly Shown[]): string[] {
  const told = shown.find(({ id }) => id === seat.id)
  if (!told) return [`${seat.address} is not there`]
  const role = seat.role === 'owner' ? team.document.creator_role : seat.role
  const isIn = seat.status === 'active' || seat.status === 'suspended'
  const grants = told.resources.map(({ id, mode }) => `${id}:${mode}`).sort()
  const expected = [...seat.grants].map(([id, mode]) => `${id}:${mode}`).sort()
  return [
    ...same(`role of ${seat.address}`, told.role, role),
    ...same(`status of ${seat.address}`, told.status, seat.status),
    ...(isIn ? same(`holder of ${seat.address}`, told.user_id, seat.userId) : []),
    ...(hasResources(team) ? same(`resources of ${seat.address}`, grants, expected) : []),
    ...(hasCredits(team)
      ? same(`credits of ${seat.address}`, told.credits?.balance ?? 0, seat.credits)
      : [])
  ]
}

/** By the rules alone, whatever the model makes of the steps. */
function wrongLimits(team: Team): string[] {
  const { mode } = team.document.seats
  const isOver = mode === 'hard_cap' && team.limit !== null && usedSeats(team) > team.limit
  return [
    ...(isOver ? ['more seats are used than there are'] : []),
    ...team.rules.roles.flatMap(({ key, min, max }) => {
      const tooFew = team.model.activeHolders(key) < min
      const tooMany = max !== null && team.model.holders(key) > max
      return tooFew || tooMany ? [`another number of holders of ${key}`] : []
    })
  ]
}

async function wrongCredits({ call }: World, team: Team): Promise<string[]> {
  if (!hasCredits(team)) return []
  const { body } = await call('GET', `${team.path}/credits`)
  const { pool, issued, spent } = team.credits
  const held = team.holds.reduce((sum, { amount }) => sum + amount, 0)
  const given = team.seats.reduce((sum, { credits }) => sum + credits, 0)
  return [
    ...same('credits of the team', body.unallocated, pool),
    ...same('credits issued', body.total, issued),
    ...same('credits held', body.held, held),
    ...same('credits spent', body.spent, spent),
    ...same('credits of all', pool + given + held + spent, issued)
  ]
}

/** What nobody has any more is free, whatever was shown of those who had it. */
async function wrongHolders({ call }: World, team: Team): Promise<string[]> {
  if (team.resources.size === 0) return []
  const { body } = await call('GET', `${team.path}/resources?limit=100`)
  const shown = body.data as readonly { readonly id: string; readonly holders_count: number }[]
  return [...team.resources].flatMap(([external, id]) => {
    const told = shown.find((one) => one.id === id)
    return same(`holders of ${external}`, told?.holders_count, holdersOf(team, id).length)
  })
}

async function wrongRoles({ call }: World, team: Team): Promise<string[]> {
  if (team.document.custom_roles.allowed === 'never') return []
  const { body } = await call('GET', `${team.path}/roles`)
  const custom = (body.data as readonly { key: string; custom: boolean; permissions: string[] }[])
    .filter((role) => role.custom)
    .map(({ key, permissions }) => `${key}: ${permissions.toSorted().join()}`)
  const expected = team.custom.map(
    ({ key, permissions }) => `${key}: ${[...permissions].sort().join()}`
  )
  return same('roles', custom.sort(), expected.sort())
}

async function wrongPages({ call }: World, team: Team): Promise<string[]> {
  if (team.pages.length === 0) return []
  const { body } = await call('GET', `${team.path}/signup-pages?limit=100`)
  return team.pages.flatMap((page) => {
    const told = body.data.find(({ id }: { id: string }) => id === page.id)
    const status = page.disabled ? 'disabled' : page.count >= page.max ? 'full' : 'active'
    return [
      ...same('signups', told?.signup_count, page.count),
      ...same('state of a page', told?.status, status)
    ]
  })
}

/** What is proven stays so until it is released; what is not may have failed meanwhile. */
async function wrongClaims({ call }: World, team: Team): Promise<string[]> {
  if (team.claims.length === 0) return []
  const { body } = await call('GET', `${team.path}/domain-claims?limit=100`)
  return team.claims.flatMap((claim) => {
    const told = body.data.find(({ id }: { id: string }) => id === claim.id)
    if (claim.status === 'pending' && told?.status === 'failed') claim.status = 'failed'
    if (claim.status === 'over' && ['failed', 'released'].includes(told?.status)) return []
    return same(`claim of ${claim.domain}`, told?.status, claim.status)
  })
}
