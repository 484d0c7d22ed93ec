import { hasCredits } from './credits.js'
import { learnOffer, offerFields, roleOffered, settleOffer } from './offers.js'
import { toModelRole, toWireRole } from './rules.js'
import {
  endSeat,
  freeSeats,
  holdersOf,
  isExclusive,
  offerSeat,
  type Seat,
  type Team,
  userOf
} from './team.js'
import { NOTHING, outcome, pick, type Step, type Taken, type World } from './world.js'

const RIVALS = 3

const times = (n: number) => Array.from({ length: n }, (_, index) => index)

/** Several ask at the same moment for what only some can have. */
export async function raceForSeats(world: World, team: Team): Promise<Taken> {
  const role = roleOffered(team, toModelRole(team.document, team.document.default_role))
  if (offerFields(world, team, role).resources) return NOTHING
  const addresses = times(RIVALS).map(() => `${world.unique('r')}@sim.test`)
  const free = freeSeats(team)
  const full = team.model.judgeInvite(null, role)
  const answers = await Promise.all(
    addresses.map((email) =>
      world.call('POST', `${team.path}/invitations?confirm=true`, {
        body: { invitations: [{ email, ...offerFields(world, team, role) }], send_email: false }
      })
    )
  )
  let invited = 0
  for (const [index, { body }] of answers.entries()) {
    const [item] = body.data ?? []
    if (!item?.invitation) continue
    invited += 1
    const now = world.service.clock.now()
    learnOffer(offerSeat(team, addresses[index] ?? '', toWireRole(team.document, role), now), item)
  }
  const expected = full === 'ok' ? Math.min(RIVALS, free) : 0
  return { said: `${invited} invited`, expected: `${expected} invited` }
}

/** Two people with one link: one of them is in. */
export async function raceForLink(world: World, team: Team, step: Step): Promise<Taken> {
  const open = team.seats.filter(({ offer, isLinkKnown }) => offer !== undefined && isLinkKnown)
  const seat = pick(open, step.target)
  const token = seat?.tokens.at(-1)
  if (!seat?.offer || token === undefined) return NOTHING
  const email = `${seat.offer.userId.slice(2)}@sim.test`
  const user = { id: userOf(email), email, email_verified: true }
  const [accepted, declined] = await Promise.all([
    world.call('POST', '/v1/invitations/accept', { body: { token, user } }),
    world.call('POST', '/v1/invitations/decline', { stranger: true, body: { token } })
  ])
  const said = [accepted, declined].map(outcome).sort().join()
  settleOffer(team, seat, outcome(accepted) === 'ok')
  return { said, expected: 'ok,state' }
}

/** More is spent at once than there is. */
export async function raceForCredits(world: World, team: Team): Promise<Taken> {
  const seat = team.seats.find(({ status, credits }) => status === 'active' && credits > 3)
  if (!seat || !hasCredits(team)) return NOTHING
  const amount = Math.floor(seat.credits / 2)
  const answers = await Promise.all(
    times(RIVALS).map(() =>
      world.call('POST', `${team.path}/credit-transfers`, {
        body: { kind: 'spend', member_id: seat.id, amount }
      })
    )
  )
  const spent = answers.filter((answer) => outcome(answer) === 'ok').length
  const expected = Math.min(RIVALS, Math.floor(seat.credits / amount))
  seat.credits -= spent * amount
  team.credits.spent += spent * amount
  return { said: `${spent} spent`, expected: `${expected} spent` }
}

/** More ask on a page than it has left. */
export async function raceForPage(world: World, team: Team, step: Step): Promise<Taken> {
  const page = pick(
    team.pages.filter(({ disabled }) => !disabled),
    step.target
  )
  if (!page || freeSeats(team) < RIVALS) return NOTHING
  const addresses = times(RIVALS).map(() => `${world.unique('s')}@sim.test`)
  const answers = await Promise.all(
    addresses.map((email) =>
      world.call('POST', `/v1/signup-pages/${page.slug}/signups`, {
        stranger: true,
        body: { email }
      })
    )
  )
  const left = page.max - page.count
  let taken = 0
  for (const [index, answer] of answers.entries()) {
    if (outcome(answer) !== 'ok') continue
    taken += 1
    const role = toWireRole(team.document, page.role)
    offerSeat(team, addresses[index] ?? '', role, world.service.clock.now())
  }
  page.count += taken
  return { said: `${taken} taken`, expected: `${Math.min(RIVALS, Math.max(0, left))} taken` }
}

/** All who own the team are removed at once: somebody still owns it. */
export async function raceOfOwners(world: World, team: Team): Promise<Taken> {
  const owners = team.seats.filter(({ role, status }) => role === 'owner' && status === 'active')
  if (owners.length < 2 || team.rules.authority.protected.includes('owner')) return NOTHING
  const answers = await Promise.all(
    owners.map(({ id }) => world.call('DELETE', `${team.path}/members/${id}?confirm=true`))
  )
  for (const [index, answer] of answers.entries()) {
    const seat = owners[index]
    if (seat && outcome(answer) === 'ok') endSeat(team, seat)
  }
  const said = answers.map(outcome).sort().join()
  // A 404 of a second try is as good as its first answer.
  const expected = answers.some(({ lost }) => lost)
    ? null
    : ['last_holder', ...owners.slice(1).map(() => 'ok')].join()
  return { said, expected }
}

/** Everybody wants to have one thing alone. */
export async function raceForResource(world: World, team: Team, step: Step): Promise<Taken> {
  const modes = team.document.resources.kinds[0]?.modes ?? []
  const mode = modes.find(({ key }) => isExclusive(team, key))?.key
  const free = [...team.resources.values()].filter((id) => holdersOf(team, id).length === 0)
  const resource = pick(free, step.other)
  const rivals = team.seats.filter(({ status }) => status === 'active').slice(0, RIVALS)
  if (mode === undefined || resource === undefined || rivals.length < 2) return NOTHING
  const answers = await Promise.all(
    rivals.map(({ id }) =>
      world.call('PUT', `${team.path}/resources/${resource}/grants/${id}`, { body: { mode } })
    )
  )
  const winners = rivals.filter((_, index) => answers[index] && outcome(answers[index]) === 'ok')
  for (const seat of winners) seat.grants.set(resource, mode)
  return { said: `${winners.length} have it`, expected: '1 have it' }
}

/** The same request under the same key, twice at once and once more: one invitation. */
export async function raceOfKey(world: World, team: Team): Promise<Taken> {
  const role = roleOffered(team, toModelRole(team.document, team.document.default_role))
  if (offerFields(world, team, role).resources) return NOTHING
  if (freeSeats(team) < 2 || team.model.judgeInvite(null, role) !== 'ok') return NOTHING
  const email = `${world.unique('k')}@sim.test`
  const key = world.unique('key')
  const body = { invitations: [{ email, ...offerFields(world, team, role) }], send_email: false }
  const ask = () => world.call('POST', `${team.path}/invitations?confirm=true`, { key, body })
  const answers = [...(await Promise.all([ask(), ask()])), await ask()]
  const ids = new Set(answers.map(({ body: told }) => told.data?.[0]?.invitation?.id))
  const [item] = answers[0]?.body.data ?? []
  const now = world.service.clock.now()
  if (item?.invitation) {
    const seat: Seat = offerSeat(team, email, toWireRole(team.document, role), now)
    learnOffer(seat, item)
  }
  return { said: `${ids.size} answers`, expected: '1 answers' }
}
