import { dayIn, later, type Span } from './seats-calendar.js'
import { NOTHING_SAID, type Said } from './seats-ledger.js'
import type { Pushed } from './seats-policies.js'

/** Up to which entry the host has counted; undefined: it does not say. */
export function throughOf({ through }: Pushed, last: number): number | undefined {
  const COUNTED = { left_out: undefined, all: last, before: last >> 1, none: 0, too_many: last + 1 }
  return COUNTED[through]
}

/** What billing says at an instant, somewhere. */
export function saidBy(pushed: Pushed, timeZone: string, now: number): Said {
  const { status, seats, plan, currency, seat, resource } = pushed
  const prices = {
    ...(seat === undefined ? {} : { seat }),
    ...(resource === undefined ? {} : { resource })
  }
  const today = dayIn(timeZone, now)
  return { ...NOTHING_SAID, status, seats, plan, currency, prices, period: periodOf(pushed, today) }
}

/** From somewhere around today: a month, one that begins on the last, a year, and what is none. */
function periodOf({ period, since }: Pushed, today: string): Span | null {
  const [year = 0, month = 0] = today.split('-').map(Number)
  const start = since < 0 ? firstOf(year, month - 1, 28 + since) : later(today, since)
  const [at = 0, from = 0, date = 1] = start.split('-').map(Number)
  const safe = Math.min(date, 28)
  const PERIODS = {
    none: null,
    month: { starts_on: firstOf(at, from, safe), ends_on: firstOf(at, from + 1, safe) },
    months_end: { starts_on: `${year}-01-31`, ends_on: later(`${year}-02-28`, isLong(year)) },
    february: { starts_on: later(`${year}-02-28`, isLong(year)), ends_on: `${year}-03-31` },
    year: { starts_on: firstOf(at, from, safe), ends_on: firstOf(at + 1, from, safe) },
    odd: { starts_on: start, ends_on: later(start, 17) }
  }
  return PERIODS[period]
}

const isLong = (year: number) => (year % 4 === 0 ? 1 : 0)

function firstOf(year: number, month: number, date: number): string {
  const all = year * 12 + month - 1
  const day = Math.max(1, date)
  return [Math.floor(all / 12), (all % 12) + 1, day]
    .map((part, index) => String(part).padStart(index === 0 ? 4 : 2, '0'))
    .join('-')
}
