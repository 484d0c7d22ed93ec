import type { Answer } from './caller.js'
import { fund } from './credits.js'
import { manageSeat } from './members.js'
import { mayMember } from './roles.js'
import { isLiving, type Pass, type Seat, type Team } from './team.js'
import { as, detailOf, NOTHING, pick, type Step, type Taken, takenBy, type World } from './world.js'

const LIFETIME_SECONDS = 3_600

/** What is worth as much as a key, and ends with it: one for all, and another once it is revoked. */
async function keyForTokens(world: World): Promise<{ id: string; bearer: string } | string> {
  if (world.tokenKey.current) return world.tokenKey.current
  const body = { name: world.unique('tokens'), scopes: ['member-tokens:write', 'members:read'] }
  const answer = await world.call('POST', '/v1/api-keys', { body })
  const { id, api_key: bearer } = answer.body
  if (answer.status !== 201 || typeof bearer !== 'string') return detailOf(answer)
  world.tokenKey.current = { id, bearer }
  return world.tokenKey.current
}

/** A member gets a token for their own browser, if they are in. */
export async function mintToken(world: World, team: Team, step: Step): Promise<Taken> {
  const known = team.seats.filter(({ id }) => id !== '')
  const active = known.filter(({ status }) => status === 'active')
  const seat = pick(step.other % 6 === 0 ? known : active, step.target)
  return seat ? mintFor(world, team, seat) : NOTHING
}

async function mintFor(world: World, team: Team, seat: Seat): Promise<Taken> {
  const key = await keyForTokens(world)
  if (typeof key === 'string') return { said: key, expected: 'a key' }
  const now = world.service.clock.now()
  const answer = await world.call('POST', '/v1/member-tokens', {
    bearer: key.bearer,
    body: { organization_id: team.id, member_id: seat.id, expires_in_seconds: LIFETIME_SECONDS }
  })
  const taken = takenBy(answer, seat.status === 'active' ? 'ok' : 'state')
  if (taken.said !== 'ok' || taken.expected !== 'ok') return taken
  const endsAt = now + LIFETIME_SECONDS * 1_000
  team.passes.push({ token: answer.body.token, keyId: key.id, seat, userId: seat.userId, endsAt })
  return taken
}

/** Whether whoever calls so is let in; what their role allows is another matter. */
function entry({ status, body }: Answer): string {
  if (status === 200 || body.code === 'not_permitted') return 'in'
  return [401, 403, 404].includes(status) ? 'out' : `${status} ${String(body.code)}`
}

const isIn = ({ status }: Seat) => status === 'active'

/** A token is good for the person it was made for while they are in, and its key is good. */
function isGood({ service, tokenKey }: World, { keyId, seat, userId, endsAt }: Pass): boolean {
  const isTimely = keyId === tokenKey.current?.id && service.clock.now() < endsAt
  return isTimely && isIn(seat) && seat.userId === userId
}

export async function useToken(world: World, team: Team, step: Step): Promise<Taken> {
  const now = world.service.clock.now()
  const bad = team.passes.filter((one) => !isGood(world, one) && now < one.endsAt)
  const pass = pick(bad.length > 0 && step.other % 2 === 0 ? bad : team.passes, step.target)
  return pass ? enter(world, team, pass) : NOTHING
}

async function enter(world: World, team: Team, pass: Pass): Promise<Taken> {
  const path = `${team.path}/members/${pass.seat.id}`
  const answer = await world.call('GET', path, { bearer: pass.token })
  const expected = isGood(world, pass) ? 'in' : 'out'
  return { said: entry(answer), expected, detail: detailOf(answer) }
}

/** The host calls for somebody who may be in no more. */
export async function actAs(world: World, team: Team, step: Step): Promise<Taken> {
  const known = team.seats.filter(({ id }) => id !== '')
  const away = known.filter((seat) => isLiving(seat) && !isIn(seat))
  const seat = pick(away.length > 0 && step.other % 2 === 0 ? away : known, step.target)
  return seat ? actAsMember(world, team, seat) : NOTHING
}

async function actAsMember(world: World, team: Team, seat: Seat): Promise<Taken> {
  const answer = await world.call('GET', `${team.path}/members/${seat.id}`, as(seat))
  return { said: entry(answer), expected: isIn(seat) ? 'in' : 'out', detail: detailOf(answer) }
}

/** With a key goes whatever was made with it, at once. */
export async function revokeKey(world: World, team: Team, step: Step): Promise<Taken> {
  const seat = pick(team.seats.filter(isIn), step.target)
  const minted = seat ? await mintFor(world, team, seat) : NOTHING
  if (minted.said !== minted.expected) return minted
  const key = world.tokenKey.current
  if (!key) return NOTHING
  const taken = takenBy(await world.call('DELETE', `/v1/api-keys/${key.id}`), 'ok')
  if (taken.said !== 'ok') return taken
  world.tokenKey.current = undefined
  const pass = team.passes.findLast(({ keyId }) => keyId === key.id)
  return pass ? enter(world, team, pass) : taken
}

/** How somebody stops being in, or being who they were. */
const ENDS = ['suspend', 'remove', 'reassign', 'remove', 'suspend'] as const

/** Whoever is shut out is out with the next request: their token, the host for them, their rights. */
export async function shutOut(world: World, team: Team, step: Step): Promise<Taken> {
  const others = team.seats.filter((one) => isIn(one) && one.role !== 'owner')
  const seat = pick(others, step.target)
  const verb = pick(ENDS, step.other)
  if (!seat || !verb) return NOTHING
  for (const taken of [await fund(world, team, seat, step), await mintFor(world, team, seat)]) {
    if (taken.said !== taken.expected) return taken
  }
  const ended = await manageSeat(world, team, { verb, actor: null, target: seat, role: seat.role })
  if (ended.said !== ended.expected) return ended
  return (await tryAll(world, team, seat, step)) ?? ended
}

/** What somebody had who is in no more; undefined: it is as it must be. */
async function tryAll(
  world: World,
  team: Team,
  seat: Seat,
  step: Step
): Promise<Taken | undefined> {
  const pass = team.passes.at(-1)
  const permissions = team.rules.roles.find(({ key }) => key === seat.role)?.permissions ?? []
  const tried = [
    pass ? await enter(world, team, pass) : NOTHING,
    await actAsMember(world, team, seat),
    await mayMember(world, team, seat, pick(permissions, step.amount) ?? 'team.view')
  ]
  return tried.find(({ said, expected }) => said !== expected)
}
