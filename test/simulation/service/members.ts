import type { Ask, Verb } from '../model.js'
import { isCancelable, itemOutcome, linkToken } from './offers.js'
import { endOf, toWireRole } from './rules.js'
import { addSeat, endSeat, isLiving, refuseSeat, type Seat, type Team, userOf } from './team.js'
import {
  actorOf,
  as,
  detailOf,
  NOTHING,
  pick,
  type Step,
  type Taken,
  takenBy,
  type World
} from './world.js'

/** Somebody is imported who is a member already. */
export async function bring(world: World, team: Team, step: Step): Promise<Taken> {
  const address = `${world.unique('p')}@sim.test`
  const role = pick(team.rules.roles, step.other)?.key ?? ''
  const judged = team.model.judgeInvite(null, role)
  const expected = judged === 'ok' ? (refuseSeat(team, undefined, 'active') ?? 'ok') : judged
  const answer = await world.call('POST', `${team.path}/members?confirm=true`, {
    body: {
      members: [{ email: address, user_id: userOf(address), role: toWireRole(team.document, role) }]
    }
  })
  const said = itemOutcome(answer)
  if (said === 'ok' && expected === 'ok') {
    const { id } = answer.body.data[0].member
    addSeat(team, { id, address, role, status: 'active', userId: userOf(address) })
  }
  return { said, expected, detail: detailOf(answer) }
}

/** Commands on a member, or of one on itself. */
export async function manage(world: World, team: Team, step: Step): Promise<Taken> {
  const verb = step.verb as Verb
  // The host may most things; members are refused most of the time.
  const actor = step.amount % 3 === 0 && verb !== 'leave' ? null : actorOf(team, step.actor)
  const target = verb === 'leave' ? actor : targetOf(team, step)
  if (!target) return NOTHING
  const role = pick(team.rules.roles, step.amount)?.key ?? ''
  return manageSeat(world, team, { verb, actor, target, role })
}

export async function manageSeat(world: World, team: Team, asked: Ask): Promise<Taken> {
  const expected = judge(team, asked)
  const candidate = `${world.unique('p')}@sim.test`
  const answer = await send(world, team, asked, candidate)
  const taken = takenBy(answer, expected)
  if (taken.said === 'ok' && expected !== 'state')
    apply(world, team, asked, { ...answer, candidate })
  return taken
}

const FITS_BEST: Readonly<Record<string, Seat['status']>> = {
  suspend: 'active',
  reactivate: 'suspended',
  reassign: 'active',
  cancel_reassignment: 'reassignment_pending'
}

/** Whoever is there, rather whoever has something when they are to go; now and then somebody gone. */
function targetOf({ seats }: Team, { verb, other, target }: Step): Seat | undefined {
  if (other % 8 === 0) return pick(seats, target)
  const living = seats.filter(isLiving)
  const fit = living.filter(({ status }) => status === FITS_BEST[verb])
  if (fit.length > 0 && other % 2 === 0) return pick(fit, target)
  const laden = living.filter(({ credits, grants }) => credits > 0 || grants.size > 0)
  return pick(verb === 'remove' && laden.length > 0 && other % 2 === 0 ? laden : living, target)
}

function judge(team: Team, asked: Ask): string {
  const { verb, target } = asked
  const judged = team.model.judge(asked)
  if (verb === 'remove' && isOffered(target) && (judged === 'ok' || judged === 'state')) {
    return isCancelable(team, target as Seat, 'removal') ? 'ok' : 'state'
  }
  const isBack = verb === 'reactivate' && target.status === 'suspended'
  return judged === 'ok' && isBack ? (refuseSeat(team, 'suspended', 'active') ?? 'ok') : judged
}

const isOffered = ({ status }: Ask['target']) =>
  status === 'invited' || status === 'invitation_expired'

function send({ call }: World, team: Team, asked: Ask, candidate: string) {
  const { verb, actor, target, role } = asked
  const who = as(actor as Seat | null)
  const member = `${team.path}/members/${target.id}`
  const post = (path: string, body: unknown = {}) => call('POST', path, { ...who, body })
  const sure = '?confirm=true'
  const wireRole = toWireRole(team.document, role)
  const SENDERS: Record<Verb, () => ReturnType<typeof call>> = {
    change_role: () => call('PATCH', `${member}${sure}`, { ...who, body: { role: wireRole } }),
    remove: () => call('DELETE', `${member}${sure}`, who),
    leave: () => post(`${team.path}/leave${sure}`),
    suspend: () => post(`${member}/suspend${sure}`),
    reactivate: () => post(`${member}/reactivate`),
    reassign: () => post(`${member}/reassign${sure}`, { email: candidate, send_email: false }),
    cancel_reassignment: () => call('DELETE', `${member}/reassignment${sure}`, who),
    transfer: () => post(`${team.path}/transfer-ownership${sure}`, { member_id: target.id })
  }
  return SENDERS[verb]()
}

interface Applied {
  readonly body: { readonly link?: string; readonly invitation?: { readonly id: string } }
  readonly candidate: string
}

function apply(world: World, team: Team, asked: Ask, { body, candidate }: Applied): void {
  const seat = asked.target as Seat
  const APPLIED: Record<Verb, () => void> = {
    change_role: () => void (seat.role = asked.role),
    remove: () => {
      endSeat(team, seat)
    },
    leave: () => {
      endSeat(team, seat)
    },
    suspend: () => void (seat.status = 'suspended'),
    reactivate: () => void (seat.status = 'active'),
    reassign: () => {
      seat.status = 'reassignment_pending'
      seat.invitationId = body.invitation?.id ?? ''
      seat.isLinkKnown = body.link !== undefined
      if (body.link !== undefined) seat.tokens.push(linkToken(body.link))
      const endsAt = endOf(team.document.reassignment.lifetime, world.service.clock.now())
      seat.offer = { userId: userOf(candidate), endsAt, reassigns: true }
    },
    cancel_reassignment: () => void Object.assign(seat, { status: 'active', offer: undefined }),
    transfer: () => {
      handOver(team, asked)
    }
  }
  APPLIED[asked.verb]()
}

function handOver({ model, rules: { ownership } }: Team, { actor, target }: Ask): void {
  const isOwner = ({ role, status }: Ask['target']) => role === 'owner' && status === 'active'
  const former = actor ?? model.people.find(isOwner)
  if (ownership.transfer === 'swap' && former) former.role = ownership.former_becomes ?? ''
  target.role = 'owner'
}
