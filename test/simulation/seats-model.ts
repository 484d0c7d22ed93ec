import { createCosts } from './seats-costs.js'
import type { Ledger, SeatRules } from './seats-ledger.js'

export type Status =
  | 'invited'
  | 'invitation_expired'
  | 'active'
  | 'suspended'
  | 'reassignment_pending'
  | 'removed'

export type Resources = { readonly choice: 'new' | 'existing'; readonly ids: readonly string[] }
/** What lies on a seat: those that are named, and new ones that have no name yet. */
export interface Equipment {
  readonly ids: readonly string[]
  readonly fresh: number
}
export const UNEQUIPPED: Equipment = { ids: [], fresh: 0 }

/** A new one comes on top of what is there, named ones take its place. */
const chosen = (there: Equipment, choice: Resources | null): Equipment =>
  choice?.choice === 'new'
    ? { ...there, fresh: there.fresh + 1 }
    : { ids: choice?.ids ?? [], fresh: 0 }

/** The last offer of a seat, or to take it over. */
export interface Offer {
  id: string
  readonly kind: 'seat' | 'reassignment'
  readonly address: string
  endsAt: number
  /** `over`: accepted, declined, canceled. */
  state: 'pending' | 'expired' | 'over'
}

export interface Person {
  id: string
  address: string
  status: Status
  resources: Equipment
  offer: Offer | undefined
  /** What time has made of the seat, as long as nobody has written that down. */
  lapse: { readonly from: Status; readonly to: Status; readonly at: number } | undefined
}

const DAY_MS = 86_400_000
const DAYS = { seat: 7, reassignment: 10 }
/** In which state of the member an offer of each kind can still be sent again. */
const OFFERED: Readonly<Record<Offer['kind'], readonly Status[]>> = {
  seat: ['invited', 'invitation_expired'],
  reassignment: ['reassignment_pending']
}

/**
 * A team and its seats, written from the rules: a list of people, what each is, and what the change
 * of what they are costs. It knows nothing of gates, moves and tallies. Each command answers with
 * `ok`, the code of its refusal, or `state` where somebody's state is in the way.
 */
export function createTeam(rules: SeatRules, ledger: Ledger, start: number) {
  const people: Person[] = []
  const clock = { now: start }
  const costs = createCosts(rules, ledger, { people, clock })
  const { isCounted, isFree, become, oweResources, extra } = costs
  const team = { people, canceled: false, used: costs.used, released: costs.released, counts }

  function counts(status: Status): number {
    return people.filter((one) => one.status === status).length
  }

  /** Time goes on: offers end by themselves, and what that costs is noted when it is written down. */
  function tick(now: number): void {
    clock.now = now
    for (const person of people) {
      const { offer, status } = person
      if (offer?.state !== 'pending' || offer.endsAt > now) continue
      offer.state = 'expired'
      const isRestored =
        offer.kind === 'reassignment' && rules.reassignment.on_timeout === 'restore'
      const to = offer.kind === 'seat' ? 'invitation_expired' : isRestored ? 'active' : status
      person.status = to
      person.lapse = { from: status, to, at: offer.endsAt }
    }
  }

  function writeDown(person: Person): void {
    const { lapse } = person
    person.lapse = undefined
    if (lapse) costs.charge(person, lapse.from, lapse.to, lapse.at)
  }

  function sweep(): void {
    for (const person of people) writeDown(person)
    if (team.canceled && rules.cancellation.expire_credits) ledger.expires = true
  }

  const holderOf = (address: string) =>
    people.find((one) => one.address === address && one.status !== 'removed')
  const isCandidate = (address: string) =>
    people.some(
      ({ offer }) =>
        offer?.kind === 'reassignment' && offer.state === 'pending' && offer.address === address
    )
  /** Who is in the way of an address; undefined: nobody who still has the seat. */
  function refuseAddress(address: string): string | undefined {
    const holder = holderOf(address)
    if (holder?.status === 'invited') return 'already_invited'
    if (holder && holder.status !== 'invitation_expired') return 'already_member'
    return isCandidate(address) ? 'already_invited' : undefined
  }
  const isBlocked = (what: string) =>
    ledger.said.status === 'past_due' && rules.billing.past_due_blocks.includes(what)

  function refuseEntry(what: 'invitation' | 'import', address: string, to: Status) {
    if (isBlocked(what)) return 'billing_past_due'
    const refusal = refuseAddress(address)
    if (refusal !== undefined) return refusal
    return isCounted(to) && !isFree() ? 'seats_exhausted' : undefined
  }

  function enter(address: string, choice: Resources | null): Person {
    const resources = chosen(UNEQUIPPED, choice)
    const before = holderOf(address)
    if (!before) {
      const offer = undefined
      return { id: '', address, status: 'removed', resources, offer, lapse: undefined }
    }
    writeDown(before)
    // Whatever lay on the seat before is not asked for again.
    before.resources = resources
    return before
  }

  const endOf = (kind: Offer['kind']) => clock.now + DAYS[kind] * DAY_MS
  const newOffer = (kind: Offer['kind'], address: string): Offer => ({
    id: '',
    kind,
    address,
    endsAt: endOf(kind),
    state: 'pending'
  })

  /** Answers with the person whose id the service will tell, or why not. */
  function invite(address: string, resources: Resources | null): Person | string {
    const refusal = refuseEntry('invitation', address, 'invited')
    if (refusal !== undefined) return refusal
    const person = enter(address, resources)
    person.offer = newOffer('seat', address)
    become(person, 'invited', { subject: person.offer })
    return person
  }

  function bring(address: string, resources: Resources | null): Person | string {
    const refusal = refuseEntry('import', address, 'active')
    if (refusal !== undefined) return refusal
    const person = enter(address, resources)
    person.offer = undefined
    become(person, 'active')
    return person
  }

  function accept(person: Person): string {
    const { offer } = person
    if (offer?.state !== 'pending') return 'state'
    offer.state = 'over'
    person.address = offer.address
    become(person, 'active')
    return 'ok'
  }

  function decline(person: Person): string {
    const { offer } = person
    if (offer?.state !== 'pending') return 'state'
    offer.state = 'over'
    if (offer.kind === 'seat') become(person, 'removed')
    return 'ok'
  }

  function cancel(person: Person): string {
    const { offer } = person
    if (offer?.kind !== 'seat' || offer.state === 'over') return 'state'
    if (!['invited', 'invitation_expired'].includes(person.status)) return 'state'
    writeDown(person)
    offer.state = 'over'
    become(person, 'removed')
    return 'ok'
  }

  function remove(person: Person): string {
    if (person.status === 'removed') return 'state'
    if (person.status.startsWith('invit')) return cancel(person)
    closeOffer(person)
    become(person, 'removed')
    return 'ok'
  }

  function closeOffer(person: Person): void {
    writeDown(person)
    if (person.offer?.state === 'pending') person.offer.state = 'over'
  }

  function suspend(person: Person): string {
    if (!rules.suspension.enabled) return 'not_offered'
    if (person.status === 'suspended') return 'ok'
    if (person.status !== 'active') return 'state'
    writeDown(person)
    become(person, 'suspended')
    return 'ok'
  }

  function reactivate(person: Person): string {
    if (person.status === 'active') return 'ok'
    if (person.status !== 'suspended') return 'state'
    if (!isCounted('suspended') && isCounted('active') && !isFree()) return 'seats_exhausted'
    become(person, 'active')
    return 'ok'
  }

  /** Whoever was asked in vain gives the address up for whoever is to take a seat over. */
  function claim(address: string): string | undefined {
    const refusal = refuseAddress(address)
    const vain = refusal === undefined ? holderOf(address) : undefined
    if (vain) cancel(vain)
    return refusal
  }

  function reassign(person: Person, address: string): string {
    if (!rules.reassignment.enabled) return 'not_offered'
    if (!['active', 'reassignment_pending'].includes(person.status)) return 'state'
    const refusal = claim(address)
    if (refusal !== undefined) return refusal
    closeOffer(person)
    person.offer = newOffer('reassignment', address)
    become(person, 'reassignment_pending')
    return 'ok'
  }

  function cancelReassignment(person: Person): string {
    if (!rules.reassignment.enabled) return 'not_offered'
    if (person.status !== 'reassignment_pending') return 'state'
    closeOffer(person)
    become(person, 'active')
    return 'ok'
  }

  function resend(person: Person, via: 'email' | 'link'): string {
    const { offer } = person
    if (!offer) return 'state'
    if (offer.kind === 'seat' && isBlocked('resend')) return 'billing_past_due'
    if (offer.state === 'over' || !OFFERED[offer.kind].includes(person.status)) return 'state'
    if (offer.state === 'expired') return reopen(person, offer)
    if (via === 'email') offer.endsAt = endOf(offer.kind)
    return 'ok'
  }

  /** Only what had run out takes a seat again. */
  function reopen(person: Person, offer: Offer): string {
    const refusal = refuseAgain(offer)
    if (refusal !== undefined) return refusal
    writeDown(person)
    Object.assign(offer, { state: 'pending', endsAt: endOf(offer.kind) })
    if (offer.kind === 'seat') become(person, 'invited', { subject: offer, isResend: true })
    return 'ok'
  }

  function refuseAgain({ kind, address }: Offer): string | undefined {
    if (kind === 'reassignment') return claim(address)
    return isCounted('invited') && !isFree(true) ? 'seats_exhausted' : undefined
  }

  function equip(person: Person, resources: Resources | null): string {
    if (person.status === 'removed') return 'state'
    writeDown(person)
    const before = extra(person.status, person.resources)
    person.resources = chosen(person.resources, resources)
    oweResources(person, extra(person.status, person.resources) - before, clock.now)
    return 'ok'
  }

  function end(): void {
    if (!team.canceled && rules.cancellation.expire_credits) ledger.expires = true
    team.canceled = true
  }

  const single = { accept, decline, cancel, remove, suspend, reactivate, cancelReassignment }
  return Object.assign(team, single, { tick, sweep, invite, bring, reassign, resend, equip, end })
}
