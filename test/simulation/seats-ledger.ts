import { dayIn, monthsOf, numberOf, partOf, periodAt, type Span } from './seats-calendar.js'

/** What of a policy the model reads, by itself. */
export interface SeatRules {
  readonly seats: {
    readonly mode: 'hard_cap' | 'prepaid' | 'per_member' | 'none'
    readonly limit: number | null
    readonly counted: readonly string[]
    readonly resend_expired_when_full: 'refuse' | 'charge' | 'free'
  }
  readonly billing: {
    readonly prorated: boolean
    readonly credit_on_removal: boolean
    readonly past_due_blocks: readonly string[]
    readonly currency: string | null
    readonly prices: readonly {
      readonly plan: string
      readonly seat_month: number
      readonly resource_month?: number | undefined
    }[]
    readonly resources_included: number | null
  }
  readonly suspension: { readonly enabled: boolean }
  readonly reassignment: {
    readonly enabled: boolean
    readonly on_timeout: 'keep_pending' | 'restore'
  }
  readonly cancellation: { readonly expire_credits: boolean }
}

/** Everything that the host's billing says. */
export interface Said {
  readonly status: 'ok' | 'past_due'
  readonly plan: string | null
  readonly seats: number | null
  readonly period: Span | null
  readonly currency: string | null
  readonly prices: { readonly seat?: number; readonly resource?: number }
}

/** What somebody owes, or is owed; whose id it is may only be known once the service has answered. */
export interface Due {
  readonly kind: string
  readonly subject: { readonly id: string }
  readonly quantity: number
  readonly at: number
}

/** An entry as the service tells of it, as far as the model can say what it is. */
export interface Told {
  readonly number: number
  readonly kind: string
  readonly reason: string
  readonly subject: { readonly type: string; readonly id: string }
  readonly quantity: number
  readonly plan: string | null
  readonly currency: string | null
  readonly unit_price: number | null
  readonly period: Span | null
  readonly days: number | null
  readonly days_of: number | null
  readonly amount: number | null
  readonly credit_applied: number
  readonly amount_due: number | null
  readonly occurred_at: string
}

export const CHARGES = ['overage', 'member_added', 'resource_added']
export const CREDITS = ['member_removed', 'resource_removed']

export const NOTHING_SAID: Said = {
  status: 'ok',
  plan: null,
  seats: null,
  period: null,
  currency: null,
  prices: {}
}

/** The books of one organization: what billing says, what became due, what is left of credits. */
export function createLedger(rules: SeatRules, timeZone: string) {
  const ledger = {
    said: NOTHING_SAID,
    balance: 0,
    entries: [] as Told[],
    /** Of the step that is being taken: what the service must have written down when it is. */
    dues: [] as Due[],
    /** Whether the subscription has just ended for the credits that there are. */
    expires: false,
    size,
    grow,
    push,
    take
  }

  function size(): number | null {
    const { mode, limit } = rules.seats
    if (mode !== 'hard_cap' && mode !== 'prepaid') return null
    return ledger.said.seats ?? limit ?? (mode === 'prepaid' ? 0 : null)
  }

  /** One more seat is paid for. */
  function grow(): void {
    ledger.said = { ...ledger.said, seats: (size() ?? 0) + 1 }
  }

  const currencyOf = ({ currency }: Said) => currency ?? rules.billing.currency

  /** `through`: up to which entry the host has counted. Answers with the code of a refusal, or `ok`. */
  function push(said: Said, through: number | undefined): string {
    const last = ledger.entries.length
    if (ledger.balance > 0 && currencyOf(said) !== currencyOf(ledger.said)) return 'currency_locked'
    if (through !== undefined && through > last) return 'unknown_billing_entry'
    const missed = ledger.entries.filter(
      ({ kind, number }) => kind === 'overage' && number > (through ?? last)
    )
    ledger.said = { ...said, seats: said.seats === null ? null : said.seats + missed.length }
    return 'ok'
  }

  function unitPrice(what: 'seat' | 'resource'): number | null {
    const { prices, period, plan } = ledger.said
    const given = prices[what]
    if (given !== undefined) return given
    const listed = rules.billing.prices.find((one) => one.plan === plan)
    const month = what === 'seat' ? listed?.seat_month : listed?.resource_month
    const months = period === null ? undefined : monthsOf(period)
    if (currencyOf(ledger.said) !== rules.billing.currency) return null
    return month === undefined || months === undefined ? null : month * months
  }

  /** The days of the period: with the day itself for a charge, from the next for a credit. */
  function daysOf({ kind, at }: Due) {
    const day = dayIn(timeZone, at)
    const given = ledger.said.period
    const period = given === null ? undefined : periodAt(given, day)
    if (!period) return { period: null, days: null, days_of: null } as const
    const end = numberOf(period.ends_on)
    const all = end - numberOf(period.starts_on)
    const rest = end - numberOf(day) - (CHARGES.includes(kind) ? 0 : 1)
    return { period, days: rules.billing.prorated ? rest : all, days_of: all }
  }

  function priced(due: Due): Pick<Told, 'unit_price' | 'amount' | 'period' | 'days' | 'days_of'> {
    const unit = unitPrice(due.kind.startsWith('resource') ? 'resource' : 'seat')
    const share = daysOf(due)
    const whole = unit === null ? null : unit * due.quantity
    const part =
      whole === null || share.period === null ? null : partOf(whole, share.days, share.days_of)
    return { ...share, unit_price: unit, amount: rules.billing.prorated ? part : whole }
  }

  /** Books what the service has written down, if it is due; answers with what it should read. */
  function take(told: Told): Partial<Told> | undefined {
    const entry = told.kind === 'credit_expired' ? expired() : owed(told)
    if (entry) ledger.entries.push(told)
    return entry
  }

  const common = () => ({
    number: ledger.entries.length + 1,
    plan: ledger.said.plan,
    currency: currencyOf(ledger.said)
  })

  function expired(): Partial<Told> | undefined {
    if (!ledger.expires || ledger.balance === 0) return undefined
    const amount = ledger.balance
    ledger.balance = 0
    const none = { unit_price: null, period: null, days: null, days_of: null, amount_due: null }
    return { ...common(), ...none, quantity: 1, amount, credit_applied: 0 }
  }

  function owed(told: Told): Partial<Told> | undefined {
    const due = ledger.dues.find(
      ({ kind, subject, quantity, at }) =>
        kind === told.kind &&
        subject.id === told.subject.id &&
        quantity === told.quantity &&
        at === Date.parse(told.occurred_at)
    )
    if (!due) return undefined
    ledger.dues.splice(ledger.dues.indexOf(due), 1)
    const price = priced(due)
    const amount = price.amount ?? 0
    const isCharge = CHARGES.includes(due.kind)
    const applied = isCharge ? Math.min(ledger.balance, amount) : 0
    ledger.balance += isCharge ? -applied : amount
    const left = isCharge && price.amount !== null ? amount - applied : null
    return { ...common(), ...price, credit_applied: applied, amount_due: left }
  }

  return ledger
}

export type Ledger = ReturnType<typeof createLedger>
