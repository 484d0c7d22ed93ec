import type { Answer } from './caller.js'
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
  if (!seat) return NOTHING
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

/** A token lets in the person it was made for while they are in, and its key is good. */
export async function useToken(world: World, team: Team, step: Step): Promise<Taken> {
  const { clock } = world.service
  const isGood = ({ keyId, seat, userId, endsAt }: Pass) =>
    keyId === world.tokenKey.current?.id &&
    isIn(seat) &&
    seat.userId === userId &&
    clock.now() < endsAt
  const bad = team.passes.filter((one) => !isGood(one) && clock.now() < one.endsAt)
  const pass = pick(bad.length > 0 && step.other % 2 === 0 ? bad : team.passes, step.target)
  if (!pass) return NOTHING
  const answer = await world.call('GET', `${team.path}/members/${pass.seat.id}`, {
    bearer: pass.token
  })
  return { said: entry(answer), expected: isGood(pass) ? 'in' : 'out', detail: detailOf(answer) }
}

/** The host calls for somebody who may be in no more. */
export async function actAs(world: World, team: Team, step: Step): Promise<Taken> {
  const known = team.seats.filter(({ id }) => id !== '')
  const away = known.filter((seat) => isLiving(seat) && !isIn(seat))
  const seat = pick(away.length > 0 && step.other % 2 === 0 ? away : known, step.target)
  if (!seat) return NOTHING
  const answer = await world.call('GET', `${team.path}/members/${seat.id}`, as(seat))
  return { said: entry(answer), expected: isIn(seat) ? 'in' : 'out', detail: detailOf(answer) }
}

/** With a key goes whatever was made with it. */
export async function revokeKey(world: World): Promise<Taken> {
  const key = world.tokenKey.current
  if (!key) return NOTHING
  const answer = await world.call('DELETE', `/v1/api-keys/${key.id}`)
  const taken = takenBy(answer, 'ok')
  if (taken.said === 'ok') world.tokenKey.current = undefined
  return taken
}
