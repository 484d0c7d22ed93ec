import { CHARGES, CREDITS, type Told } from './seats-ledger.js'
import type { Game } from './seats-play.js'
import type { Step } from './seats-policies.js'

/** What never takes a seat beyond those that are there, so never makes the team larger. */
const FREE: readonly Step['verb'][] = [
  'accept',
  'decline',
  'cancel',
  'remove',
  'suspend',
  'reassign',
  'cancel_reassignment',
  'equip',
  'wait',
  'sweep',
  'push',
  'end',
  'restore'
]
const STATUSES = [
  'invited',
  'invitation_expired',
  'active',
  'suspended',
  'reassignment_pending'
] as const

/** Everything that a list of the organization has, page after page. */
async function readAll<T>({ app, org }: Game, path: string, query = ''): Promise<T[]> {
  const rows: T[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { body } = await app.call('GET', `${org.path}/${path}?limit=100${query}${more}`)
    rows.push(...body.data)
    cursor = body.next_cursor
  }
  return rows
}

/** Holds both worlds beside each other after a step; answers with what is wrong. */
export async function compare(game: Game, verb: Step['verb']): Promise<string[]> {
  const { app, org, ledger } = game
  const before = ledger.entries.length
  const [told, { body: summary }, { body: billing }] = await Promise.all([
    readAll<Told>(game, 'billing-entries'),
    app.call('GET', `${org.path}/summary`),
    app.call('GET', `${org.path}/billing`)
  ])
  const wrong = [
    ...wrongEntries(game, told),
    ...same('credit balance', billing.credit_balance, ledger.balance),
    ...same('balance of the sums', sumOf(told), ledger.balance),
    ...same('last entry', billing.last_entry, told.length),
    ...same('paid seats', billing.seats, ledger.said.seats),
    ...wrongSeats(game, summary),
    ...wrongGrowth(game, verb, told.slice(before))
  ]
  Object.assign(game.seen, { used: summary.seats.used, size: summary.seats.size })
  ledger.expires = false
  return wrong
}

const same = (what: string, said: unknown, expected: unknown): string[] =>
  JSON.stringify(said) === JSON.stringify(expected)
    ? []
    : [`${what}: ${JSON.stringify(said)} instead of ${JSON.stringify(expected)}`]

/** Nothing that was written changes, and what is new is due, once, for what it is told to be. */
function wrongEntries({ ledger }: Game, told: readonly Told[]): string[] {
  const known = ledger.entries.length
  const wrong = same('earlier entries', told.slice(0, known), ledger.entries)
  for (const entry of told.slice(known)) {
    const expected = ledger.take(entry)
    if (!expected) return [...wrong, `nobody owes ${JSON.stringify(entry)}`]
    for (const [field, value] of Object.entries(expected)) {
      wrong.push(...same(`${entry.kind} ${field}`, entry[field as keyof Told], value))
    }
  }
  const reasons = new Set(told.map(({ reason }) => reason))
  const expires = ledger.expires && ledger.balance > 0
  return [
    ...wrong,
    ...same('reasons', reasons.size, told.length),
    ...ledger.dues.map(({ kind, subject, quantity }) => `no ${kind} ${quantity} ${subject.id}`),
    ...(expires ? ['the credits have not ended'] : [])
  ]
}

/** What there is of credits, by the entries alone. */
function sumOf(told: readonly Told[]): number {
  return told.reduce((sum, { kind, amount, credit_applied: applied }) => {
    if (CREDITS.includes(kind)) return sum + (amount ?? 0)
    return kind === 'credit_expired' ? sum - (amount ?? 0) : sum - applied
  }, 0)
}

interface Summary {
  readonly seats: { readonly used: number; readonly size: number; readonly available: number }
  readonly members: Readonly<Record<string, number>>
}

function wrongSeats({ team, ledger }: Game, { seats, members }: Summary): string[] {
  const [used, size] = [team.used(), ledger.size()]
  return [
    ...STATUSES.flatMap((status) => same(status, members[status], team.counts(status))),
    ...same('used', seats.used, used),
    ...same('size', seats.size, size),
    ...same('available', seats.available, size === null ? null : Math.max(0, size - used))
  ]
}

/** By the rules alone, whatever the model makes of the step. */
function wrongGrowth(game: Game, verb: Step['verb'], added: readonly Told[]): string[] {
  const { rules, ledger, team, seen } = game
  const overages = added.filter(({ kind }) => kind === 'overage')
  const [used, size] = [team.used(), ledger.size()]
  const isOver = size !== null && used > size && used > seen.used
  const grown = (size ?? 0) - (seen.size ?? 0)
  return [
    ...(rules.seats.mode === 'hard_cap' && isOver ? ['one more than there are seats'] : []),
    ...(verb === 'push' ? [] : same('growth by overages', grown, overages.length)),
    ...(FREE.includes(verb) ? same('overages of what is free', overages.length, 0) : []),
    ...(rules.seats.mode === 'prepaid' ? [] : same('overages by mode', overages.length, 0))
  ]
}

interface Happened {
  readonly type: string
  readonly data: { readonly number: number; readonly quantity: number; readonly by?: string }
}

/** What was told of it: one event for each entry, and of seats bought and given up as many as were. */
export async function compareEvents(game: Game): Promise<string[]> {
  const { ledger, team, seen } = game
  const events = (await readAll<Happened>(game, 'events')).toReversed()
  const numbers = (type: string) =>
    events.filter((one) => one.type === type).map(({ data }) => data.number)
  const entries = (kinds: readonly string[]) =>
    ledger.entries.filter(({ kind }) => kinds.includes(kind)).map(({ number }) => number)
  const quantity = (type: string, by?: string) =>
    events
      .filter((one) => one.type === type && one.data.by === by)
      .reduce((sum, { data }) => sum + data.quantity, 0)
  return [
    ...same('charges told', numbers('billing.charge_due'), entries(CHARGES)),
    ...same('credits told', numbers('billing.credit_due'), entries(CREDITS)),
    ...same('ends told', numbers('billing.credit_expired'), entries(['credit_expired'])),
    ...same('overages told', quantity('seats.purchased', 'overage'), entries(['overage']).length),
    ...same('purchases told', quantity('seats.purchased', 'billing'), seen.bought),
    ...same('released told', quantity('seats.released'), team.released()),
    ...same('pushes told', numbers('billing.updated').length, seen.updates)
  ]
}
