import type { Seat, Team } from './team.js'
import { newTold, type Told, type World } from './world.js'

interface Event {
  readonly id: string
  readonly type: string
  readonly subject: { readonly type: string; readonly id: string }
  readonly data: Readonly<Record<string, unknown>>
  readonly changes: Readonly<Record<string, readonly [unknown, unknown]>>
}

/** What has been told of a team since the last look, the oldest first. */
async function readNews({ call }: World, { path }: Team, known: Told): Promise<Event[]> {
  const news: Event[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { body } = await call('GET', `${path}/events?limit=100${more}`)
    const fresh = (body.data as Event[]).filter(({ id }) => !known.ids.has(id))
    news.push(...fresh)
    cursor = fresh.length < body.data.length ? null : body.next_cursor
  }
  return news.toReversed()
}

/** Plays the log again: each event begins where the one before has ended. */
function replay(known: Told, event: Event): string[] {
  const { type, subject } = event
  if (known.ids.has(event.id)) return [`${type} is told twice`]
  known.ids.add(event.id)
  known.types.set(type, (known.types.get(type) ?? 0) + 1)
  if (subject.type === 'member') return replayMember(known, event)
  if (subject.type === 'invitation') return replayOffer(known, event)
  return subject.type === 'resource' ? replayGrant(known, event) : []
}

function replayGrant({ grants }: Told, { type, subject, data, changes }: Event): string[] {
  const { member_id: member } = data
  const { mode } = changes
  if (typeof member !== 'string' || !mode) return []
  const [before, after] = mode
  const key = `${subject.id} of ${member}`
  const wrong = (grants.get(key) ?? null) === before ? [] : [`${type} of ${key} is out of place`]
  if (typeof after === 'string') grants.set(key, after)
  else grants.delete(key)
  return wrong
}

type Member = { status: string; role: string }

function replayMember({ members }: Told, event: Event): string[] {
  const { type, subject, data, changes } = event
  const there = members.get(subject.id)
  const isBegun =
    type === 'member.invited' ||
    (type === 'member.joined' && (changes['status']?.[0] ?? null) === null)
  if (isBegun) {
    const status = type === 'member.invited' ? 'invited' : 'active'
    members.set(subject.id, { status, role: String(data['role']) })
    return there && there.status !== 'removed' ? [`${type} of ${subject.id} is told again`] : []
  }
  return change(there, event)
}

/** What becomes of a seat with its offer. */
function replayOffer({ members }: Told, event: Event): string[] {
  const { data, changes } = event
  const seat = changes['member_status']
  const there = members.get(String(data['member_id']))
  return seat ? change(there, { ...event, changes: { status: seat } }) : []
}

function change(there: Member | undefined, { type, changes }: Event): string[] {
  const wrong: string[] = []
  for (const field of ['status', 'role'] as const) {
    const changed = changes[field]
    if (!changed || !there) continue
    const [before, after] = changed
    if (there[field] !== before) {
      wrong.push(`${type} tells ${field} from ${String(before)}, where it was ${there[field]}`)
    }
    there[field] = String(after)
  }
  return wrong
}

/** In time told by nobody yet: a sweep will. */
const LATE: Readonly<Record<string, readonly string[]>> = {
  invitation_expired: ['invited'],
  active: ['reassignment_pending']
}

/** Holds what the log tells beside what the model says. `isSwept`: nothing may be late. */
export async function compareTold(world: World, team: Team, isSwept: boolean): Promise<string[]> {
  const known = world.told.get(team) ?? newTold()
  world.told.set(team, known)
  const news = await readNews(world, team, known)
  const wrong = news.flatMap((event) => replay(known, event))
  const signups = team.pages.reduce((sum, { count }) => sum + count, 0)
  const toldSignups = known.types.get('signup.requested') ?? 0
  return [
    ...wrong,
    ...team.seats.flatMap((seat) => wrongMember(team, seat, known, isSwept)),
    ...wrongGrants(team, known),
    ...(signups === toldSignups ? [] : [`${toldSignups} signups are told instead of ${signups}`])
  ]
}

function wrongMember({ document }: Team, seat: Seat, known: Told, isSwept: boolean): string[] {
  const told = known.members.get(seat.id)
  if (!told) return [`nothing is told of ${seat.address}`]
  const role = seat.role === 'owner' ? document.creator_role : seat.role
  const isLate = !isSwept && (LATE[seat.status]?.includes(told.status) ?? false)
  return [
    ...(told.status === seat.status || isLate
      ? []
      : [`the log makes ${seat.address} ${told.status} instead of ${seat.status}`]),
    ...(told.role === role ? [] : [`the log makes ${seat.address} ${told.role} instead of ${role}`])
  ]
}

function wrongGrants(team: Team, known: Told): string[] {
  const expected = new Map<string, string>(
    team.seats.flatMap((seat) =>
      [...seat.grants].map(([id, mode]): [string, string] => [`${id} of ${seat.id}`, mode])
    )
  )
  return [
    ...[...expected].flatMap(([key, mode]) =>
      known.grants.get(key) === mode ? [] : [`the log has ${known.grants.get(key)} for ${key}`]
    ),
    ...[...known.grants.keys()]
      .filter((key) => !expected.has(key))
      .map((key) => `the log has ${key}`)
  ]
}
