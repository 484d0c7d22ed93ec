import type { Answer } from './caller.js'
import { endOf, toModelRole, toWireRole } from './rules.js'
import { endSeat, offerSeat, refuseSeat, type Seat, type Team, userOf } from './team.js'
import {
  actorOf,
  as,
  detailOf,
  NOTHING,
  outcome,
  pick,
  ruled,
  type Step,
  type Taken,
  takenBy,
  type World
} from './world.js'

export const linkToken = (link: unknown) => String(link).split('/').at(-1) ?? ''

/** What an invitation must have under this policy, besides an address. */
export function offerFields(world: World, team: Team, role: string) {
  const { fields } = team.document.invitations
  return {
    ...(fields['role'] === 'absent' ? {} : { role: toWireRole(team.document, role) }),
    ...(fields['resources'] === 'required'
      ? { resources: { choice: 'existing', ids: [world.unique('num')], mode: 'shared' } }
      : {})
  }
}

export const roleOffered = (team: Team, wanted: string) =>
  team.document.invitations.fields['role'] === 'absent'
    ? toModelRole(team.document, team.document.default_role)
    : wanted

export function learnOffer(seat: Seat, item: Offered): void {
  seat.id = item.invitation.member_id
  seat.invitationId = item.invitation.id
  seat.isLinkKnown = item.link !== undefined
  if (item.link !== undefined) seat.tokens.push(linkToken(item.link))
}

interface Offered {
  readonly invitation: { readonly id: string; readonly member_id: string }
  readonly link?: string
}

export async function invite(world: World, team: Team, step: Step): Promise<Taken> {
  const actor = actorOf(team, step.actor)
  const role = roleOffered(team, pick(team.rules.roles, step.other)?.key ?? '')
  const address = `${world.unique('p')}@sim.test`
  const isMailed = step.amount % 3 === 0
  const expected = judgeInvite(team, actor, role)
  const fields = offerFields(world, team, role)
  const answer = await world.call('POST', `${team.path}/invitations?confirm=true`, {
    ...as(actor),
    body: { invitations: [{ email: address, ...fields }], send_email: isMailed }
  })
  const said = itemOutcome(answer)
  if (said === 'ok' && expected === 'ok') {
    const seat = offerSeat(team, address, role, world.service.clock.now())
    learnOffer(seat, answer.body.data[0])
    seat.isMailed = isMailed
    for (const external of fields.resources?.ids ?? []) {
      await learnResource(world, team, seat, external)
    }
  }
  return { said, expected, detail: detailOf(answer) }
}

function judgeInvite(team: Team, actor: Seat | null, role: string): string {
  const judged = team.model.judgeInvite(actor, role)
  return judged === 'ok' ? (refuseSeat(team, undefined, 'invited') ?? 'ok') : judged
}

/** Of a batch of one. */
export function itemOutcome(answer: Answer): string {
  const [item] = answer.body.data ?? []
  return item?.problem ? ruled(item.problem.code) : outcome(answer)
}

/** One that the host named in an invitation is there from then on. */
async function learnResource({ call }: World, team: Team, seat: Seat, external: string) {
  const { body } = await call('GET', `${team.path}/resources?external_id=${external}`)
  const [resource] = body.data
  team.resources.set(external, resource?.id ?? external)
  seat.grants.set(resource?.id ?? external, 'shared')
}

/** Whoever has the last link of an offer takes it, or turns it down. */
export async function answerOffer(world: World, team: Team, step: Step): Promise<Taken> {
  const linked = team.seats.filter(({ isLinkKnown }) => isLinkKnown)
  const open = linked.filter(({ offer }) => offer !== undefined)
  const seat = pick(open.length === 0 ? linked : open, step.target)
  const token = seat?.tokens.at(-1)
  if (!seat || token === undefined) return NOTHING
  const isAccepted = step.verb === 'accept'
  const answer = isAccepted
    ? await accept(world, token, seat)
    : await world.call('POST', '/v1/invitations/decline', { stranger: true, body: { token } })
  const taken = takenBy(answer, seat.offer ? 'ok' : 'state')
  if (taken.said !== 'ok') return taken
  // The same person with the same link is told that they are in, or out, already.
  if (!seat.offer) return { ...taken, expected: null }
  settleOffer(team, seat, isAccepted)
  return taken
}

function accept({ call }: World, token: string, { offer, address }: Seat) {
  const email = offer ? addressOf(offer.userId) : address
  const user = { id: userOf(email), email, email_verified: true }
  return call('POST', '/v1/invitations/accept', { body: { token, user } })
}

const addressOf = (userId: string) => `${userId.slice(2)}@sim.test`

export function settleOffer(team: Team, seat: Seat, isAccepted: boolean): void {
  const { offer } = seat
  if (!offer) return
  seat.offer = undefined
  if (isAccepted) {
    seat.status = 'active'
    seat.userId = offer.userId
    seat.address = addressOf(offer.userId)
  } else if (!offer.reassigns) endSeat(team, seat)
}

/** A link that another has replaced, or whose offer is over, lets in not even whom it was for. */
export async function useDeadLink(world: World, team: Team, step: Step): Promise<Taken> {
  const dead = team.seats.flatMap((seat) => deadLinksOf(seat).map((token) => ({ seat, token })))
  const link = pick(dead, step.target)
  if (!link) return NOTHING
  const answer = await accept(world, link.token, link.seat)
  const said = answer.status >= 400 && answer.status < 500 ? 'refused' : outcome(answer)
  return { said, expected: 'refused', detail: detailOf(answer) }
}

function deadLinksOf({ tokens, offer, userId, isLinkKnown }: Seat): string[] {
  const last = tokens.at(-1)
  if (offer) return isLinkKnown ? tokens.filter((token) => token !== last) : [...tokens]
  // Whoever is in, or was, is told so by their link.
  return userId === undefined ? [...tokens] : []
}

const OFFERED = ['invited', 'invitation_expired', 'reassignment_pending']

/** Whether it may is a matter of much that is not played; what becomes of it is known. */
export async function resend(world: World, team: Team, step: Step): Promise<Taken> {
  const seats = team.seats.filter(({ status }) => OFFERED.includes(status))
  const seat = pick(seats, step.target)
  if (!seat?.invitationId) return NOTHING
  const via = pick(team.document.invitations.resend_ways, step.other) ?? 'email'
  const path = `${team.path}/invitations/${seat.invitationId}/resend?confirm=true`
  const answer = await world.call('POST', path, { body: { via } })
  const taken = takenBy(answer, null)
  if (taken.said !== 'ok') return taken
  return learnResent(world, team, { seat, via, link: answer.body.link, taken })
}

interface Resent {
  readonly seat: Seat
  readonly via: string
  readonly link: unknown
  readonly taken: Taken
}

function learnResent(world: World, team: Team, { seat, via, link, taken }: Resent): Taken {
  const isOpen = seat.status !== 'invitation_expired'
  // Whoever asks for the link of an open one is told it, and nothing else happens.
  if (via === 'link' && isOpen) {
    const isOther = seat.isLinkKnown && !hasLink(seat, link)
    learnLink(seat, link, false)
    return isOther ? { ...taken, said: 'another link', expected: 'ok' } : taken
  }
  renew(world, team, seat)
  seat.isMailed = via === 'email'
  const isDead = hasLink(seat, link)
  learnLink(seat, link, !isOpen || team.document.invitations.rotate_link_on_resend)
  return isDead ? { ...taken, said: 'a dead link', expected: 'ok' } : taken
}

const hasLink = ({ tokens }: Seat, link: unknown) =>
  link !== undefined && tokens.includes(linkToken(link))

/** A link that is told is good; one that is not has taken the place of the one before if links rotate. */
function learnLink(seat: Seat, link: unknown, rotates: boolean): void {
  if (link !== undefined && !hasLink(seat, link)) seat.tokens.push(linkToken(link))
  if (link !== undefined || rotates) seat.isLinkKnown = link !== undefined
}

function renew({ service }: World, { document }: Team, seat: Seat): void {
  const now = service.clock.now()
  const isReassignment = seat.status === 'reassignment_pending'
  if (seat.status === 'invitation_expired') seat.status = 'invited'
  const lifetime = isReassignment ? document.reassignment.lifetime : document.invitations.lifetime
  const userId = seat.offer?.userId ?? userOf(seat.address)
  seat.offer = { userId, endsAt: endOf(lifetime, now), reassigns: isReassignment }
}

export async function cancel(world: World, team: Team, step: Step): Promise<Taken> {
  const offered = team.seats.filter(
    ({ status }) => status === 'invited' || status === 'invitation_expired'
  )
  const seat = pick(offered, step.target)
  if (!seat?.invitationId) return NOTHING
  const path = `${team.path}/invitations/${seat.invitationId}?confirm=true`
  const answer = await world.call('DELETE', path)
  const taken = takenBy(answer, isCancelable(team, seat, 'cancel') ? 'ok' : 'state')
  if (taken.said === 'ok' && taken.expected === 'ok') endSeat(team, seat)
  return taken
}

export function isCancelable(
  { document: { invitations } }: Team,
  { status }: Seat,
  by: string
): boolean {
  const { cancel_by: ways, cancel_from: states } = invitations
  return ways.includes(by) && states.includes(status === 'invited' ? 'pending' : 'expired')
}
