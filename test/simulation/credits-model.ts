import { type Lot, type Part, type Purse, put, slice, take, total } from './credits-purse.js'

/**
 * What the credits of an organization should be, written from the rules and not from the service:
 * purses of credits that know where they came from, and no history.
 */
const CREDITS_MAX = 2 ** 53 - 1
const ORDINARY = 50
const SHORT = 'insufficient_credits'

export interface Account {
  readonly purse: Purse
  held: number
  spent: number
  used: number
  requests: number
}

/** A movement that others may refer to. */
export interface Moved {
  readonly kind: string
  readonly amount: number
  /** Whose purse paid, or got it. */
  readonly holder: string
  /** Who used it. */
  readonly user: string
  readonly parts: readonly Part[]
  readonly endsAt: number
  /** Of a hold: how it ended. Of a spend: how much has come back. */
  end: 'captured' | 'released' | 'expired' | undefined
  returned: number
  /** What the holder had left. */
  readonly balance: number
  id: string
}

export interface Wanted {
  readonly kind: string
  readonly amount?: number | undefined
  readonly member_id?: string | undefined
  readonly to_member_id?: string | undefined
  readonly transfer_id?: string | undefined
  readonly priority?: number | undefined
  readonly expires_at?: string | undefined
}

/** Of which a caller says that it is done once. */
export interface Keyed extends Wanted {
  readonly key?: string | undefined
}

export type Judged = Moved | string

interface State {
  readonly accounts: Map<string, Account>
  readonly moved: Map<string, Moved>
  readonly keys: Map<string, { readonly body: string; readonly moved: Moved }>
  readonly ordinary: Lot
  issued: number
  lots: number
}

export const POOL = 'pool'

export function createCreditModel(mode: 'allocated' | 'shared_pool', members: readonly string[]) {
  let state: State = {
    accounts: new Map(),
    moved: new Map(),
    keys: new Map(),
    ordinary: { number: 0, priority: ORDINARY, endsAt: Number.POSITIVE_INFINITY },
    issued: 0,
    lots: 0
  }
  let now = 0

  function account(holder: string): Account {
    const known = state.accounts.get(holder)
    if (known) return known
    const fresh = { purse: new Map<Lot, number>(), held: 0, spent: 0, used: 0, requests: 0 }
    state.accounts.set(holder, fresh)
    return fresh
  }

  const balanceOf = (holder: string) => total(account(holder).purse)
  /** What has run out is of no use, also before somebody has written it down. */
  const isGood = ([{ endsAt }]: Part) => endsAt > now

  const payerOf = (user: string) => (mode === 'shared_pool' ? POOL : user)
  const hasEnough = (holder: string, amount: number) =>
    total(new Map([...account(holder).purse].filter(isGood))) >= amount

  /** Moves parts from one purse to another, in the order in which they are to be used. */
  function give(from: string, to: string | undefined, amount: number): readonly Part[] {
    const parts = take(account(from).purse, amount, isGood)
    if (to !== undefined) put(account(to).purse, parts)
    return parts
  }

  function record(kind: string, fields: Partial<Moved> & { amount: number; holder: string }) {
    const moved: Moved = {
      kind,
      user: fields.holder,
      parts: [],
      endsAt: Number.POSITIVE_INFINITY,
      end: undefined,
      returned: 0,
      balance: balanceOf(fields.holder),
      id: '',
      ...fields
    }
    return moved
  }

  function topUp({ amount = 0, priority = ORDINARY, expires_at }: Wanted): Judged {
    if (state.issued + amount > CREDITS_MAX) return 'credit_amount_too_large'
    state.issued += amount
    state.lots += 1
    const endsAt = expires_at === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires_at)
    const isOrdinary = priority === ORDINARY && endsAt === Number.POSITIVE_INFINITY
    const lot = isOrdinary ? state.ordinary : { number: state.lots, priority, endsAt }
    put(account(POOL).purse, [[lot, amount]])
    return record('top_up', { amount, holder: POOL, parts: [[lot, amount]] })
  }

  function shift(kind: string, from: string, to: string, amount: number): Judged {
    if (!hasEnough(from, amount)) return SHORT
    const parts = give(from, to, amount)
    return record(kind, { amount, holder: from, parts })
  }

  function pay(kind: 'spend' | 'hold', { amount = 0, member_id = POOL, expires_at }: Wanted) {
    const holder = payerOf(member_id)
    if (!hasEnough(holder, amount)) return SHORT
    const parts = give(holder, undefined, amount)
    const endsAt = expires_at === undefined ? now : Date.parse(expires_at)
    if (kind === 'hold') account(holder).held += amount
    else use(holder, member_id, amount)
    return record(kind, { amount, holder, user: member_id, parts, endsAt })
  }

  function use(holder: string, user: string, amount: number): void {
    account(holder).spent += amount
    account(user).used += amount
    if (amount > 0) account(user).requests += 1
  }

  function whyNotEnded(hold: Moved | undefined): string | undefined {
    if (hold?.kind !== 'hold') return 'unknown_transfer'
    const isOver = hold.end === 'expired' || (hold.end === undefined && hold.endsAt <= now)
    if (isOver) return 'hold_expired'
    return hold.end === undefined ? undefined : 'hold_ended'
  }

  function endHold(kind: 'capture' | 'release', { amount, transfer_id = '' }: Wanted): Judged {
    const hold = state.moved.get(transfer_id)
    const refusal = whyNotEnded(hold)
    if (!hold || refusal !== undefined) return refusal ?? 'unknown_transfer'
    const { holder, user } = hold
    if (kind === 'release') {
      close(hold, 'released', 0)
      return record(kind, { amount: hold.amount, holder, user })
    }
    const captured = amount ?? hold.amount
    if (captured > hold.amount) return 'exceeds_hold'
    const parts = close(hold, 'captured', captured)
    use(holder, user, captured)
    return record(kind, { amount: captured, holder, user, parts })
  }

  /** What is captured is used first; answers with that, the rest goes back where it was. */
  function close(hold: Moved, end: Moved['end'], captured: number): readonly Part[] {
    const purse: Purse = new Map(hold.parts)
    const parts = take(purse, captured, () => true)
    account(hold.holder).held -= hold.amount
    put(account(hold.holder).purse, [...purse])
    hold.end = end
    return parts
  }

  function refund({ amount, transfer_id = '' }: Wanted): Judged {
    const spend = state.moved.get(transfer_id)
    if (spend?.kind !== 'spend' && spend?.kind !== 'capture') return 'unknown_transfer'
    const left = spend.amount - spend.returned
    const wanted = amount ?? left
    if (wanted > left || left === 0) return 'exceeds_spend'
    const { holder, user } = spend
    // What was used last comes back first.
    const parts = slice(spend.parts, left - wanted, left)
    spend.returned += wanted
    put(account(holder).purse, parts)
    account(holder).spent -= wanted
    account(user).used -= wanted
    return record('refund', { amount: wanted, holder, user, parts })
  }

  const isUnknown = (id: string | undefined) => id !== undefined && !members.includes(id)

  const idOf = (lot: Lot) =>
    [...state.moved.values()].find(({ kind, parts }) => kind === 'top_up' && parts[0]?.[0] === lot)
      ?.id

  /** A reclaim takes from the member, everything else that moves credits gives to one. */
  function between({ kind, amount = 0, member_id = '', to_member_id = '' }: Wanted): Judged {
    if (kind === 'allocate') return shift(kind, POOL, member_id, amount)
    if (kind === 'reclaim') return shift(kind, member_id, POOL, amount)
    return shift(kind, member_id, to_member_id, amount)
  }

  const JUDGES: Readonly<Record<string, (wanted: Wanted) => Judged>> = {
    top_up: topUp,
    spend: (wanted) => pay('spend', wanted),
    hold: (wanted) => pay('hold', wanted),
    capture: (wanted) => endHold('capture', wanted),
    release: (wanted) => endHold('release', wanted),
    refund
  }

  function judge(wanted: Wanted): Judged {
    if (isUnknown(wanted.member_id) || isUnknown(wanted.to_member_id)) return 'unknown_member'
    return (JUDGES[wanted.kind] ?? between)(wanted)
  }

  /** Writes down what time has done: first to holds, then to credits. Answers with whether it has. */
  function settle(): boolean {
    let count = 0
    for (const hold of state.moved.values()) {
      const isOpen = hold.kind === 'hold' && hold.end === undefined
      if (!isOpen || hold.endsAt > now) continue
      close(hold, 'expired', 0)
      count += 1
    }
    for (const { purse } of state.accounts.values()) {
      for (const [lot, amount] of purse) {
        if (lot.endsAt > now) continue
        purse.delete(lot)
        state.issued -= amount
        count += 1
      }
    }
    return count > 0
  }

  /** What was done under a key is not done again, and nothing else is done under it. */
  function judgeOnce({ key, ...wanted }: Keyed): Judged {
    const body = JSON.stringify(wanted)
    const known = key === undefined ? undefined : state.keys.get(key)
    if (known) return known.body === body ? known.moved : 'idempotency_key_reused'
    const judged = judge(wanted)
    if (key !== undefined && typeof judged !== 'string')
      state.keys.set(key, { body, moved: judged })
    return judged
  }

  return {
    /** The service has called it this. */
    name(moved: Moved, id: string): void {
      moved.id = id
      state.moved.set(id, moved)
    },
    /** One after the other. Whoever was short tries again once what is due is written down. */
    judgeEach(wanted: readonly Keyed[]): readonly Judged[] {
      const judged = wanted.map((one) => judgeOnce(one))
      if (!judged.includes(SHORT) || !settle()) return judged
      return judged.map((said, index) => {
        const one = wanted[index]
        return said === SHORT && one ? judgeOnce(one) : said
      })
    },
    /** All of them, or none: the others of a refused one are not done. */
    judgeTogether(wanted: readonly Keyed[]): readonly Judged[] {
      const judgeAll = () => {
        const before = structuredClone(state)
        const judged = wanted.map((one) => judgeOnce(one))
        if (judged.some(isRefusal)) state = before
        return judged
      }
      const first = judgeAll()
      const judged = first.includes(SHORT) && settle() ? judgeAll() : first
      if (!judged.some(isRefusal)) return judged
      return judged.map((one) => (isRefusal(one) || one.id !== '' ? one : 'not_done'))
    },
    tick(instant: number): void {
      now = instant
    },
    settle,
    issued: () => state.issued,
    account,
    balanceOf,
    /** Of top-ups that expire, or have a priority of their own. */
    lotsOf: (holder: string) =>
      [...account(holder).purse].flatMap(([lot, amount]) =>
        lot === state.ordinary ? [] : [{ id: idOf(lot), amount }]
      ),
    moved: () => [...state.moved.values()]
  }
}

export type CreditModel = ReturnType<typeof createCreditModel>

const isRefusal = (judged: Judged): judged is string => typeof judged === 'string'
