import type { Ledger, SeatRules } from './seats-ledger.js'
import type { Equipment, Person, Status } from './seats-model.js'

interface Taking {
  /** What is charged for: the offer, where there is one. */
  readonly subject?: { readonly id: string }
  readonly isResend?: boolean
}

interface Facts {
  readonly people: Person[]
  readonly clock: { readonly now: number }
}

/** How many seats are used, and what it costs that somebody is something else than before. */
export function createCosts(rules: SeatRules, ledger: Ledger, { people, clock }: Facts) {
  const { seats, billing } = rules
  let released = 0

  const isCounted = (status: Status | undefined) =>
    status !== undefined && seats.counted.includes(status)
  const used = () => people.filter(({ status }) => isCounted(status)).length

  /** Whether one more seat can be had at all, for money or not. */
  function isFree(isResend = false): boolean {
    const size = ledger.size()
    if (size === null || used() < size) return true
    return seats.mode === 'prepaid' && !(isResend && seats.resend_expired_when_full === 'refuse')
  }

  function extra(status: Status | undefined, { ids, fresh }: Equipment): number {
    const included = billing.resources_included
    if (included === null || !isCounted(status)) return 0
    return Math.max(0, ids.length + fresh - included)
  }

  function owe(kind: string, subject: { readonly id: string }, quantity: number, at: number): void {
    const isCredit = kind.endsWith('_removed')
    if (isCredit && !billing.credit_on_removal) return
    ledger.dues.push({ kind, subject, quantity, at })
  }

  /** What a change of one person costs at an instant. */
  function charge(person: Person, from: Status | undefined, to: Status, at: number): void {
    const [was, is] = [isCounted(from), isCounted(to)]
    if (was && !is && ledger.size() !== null) released += 1
    if (was !== is && seats.mode === 'per_member') {
      owe(is ? 'member_added' : 'member_removed', person, 1, at)
    }
    oweResources(person, extra(to, person.resources) - extra(from, person.resources), at)
  }

  function oweResources(person: Person, more: number, at: number): void {
    if (more > 0) owe('resource_added', person, more, at)
    if (more < 0) owe('resource_removed', person, -more, at)
  }

  /** One more than there are is charged, where that is so, and paid for from then on. */
  function overflow(subject: { readonly id: string }, isResend: boolean): void {
    const size = ledger.size()
    const isOver = seats.mode === 'prepaid' && size !== null && used() >= size
    if (!isOver || (isResend && seats.resend_expired_when_full === 'free')) return
    owe('overage', subject, 1, clock.now)
    ledger.grow()
  }

  function become(person: Person, to: Status, taking: Taking = {}): void {
    const { subject = person, isResend = false } = taking
    const from = people.includes(person) ? person.status : undefined
    if (isCounted(to) && !isCounted(from)) overflow(subject, isResend)
    charge(person, from, to, clock.now)
    if (from === undefined) people.push(person)
    person.status = to
  }

  return { isCounted, used, isFree, extra, charge, oweResources, become, released: () => released }
}
