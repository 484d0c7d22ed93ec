const DAY_MS = 86_400_000
const MONTHS_OF_YEAR = 12

/** Days as billing tells them, `2026-11-01`; `ends_on` is the first day of the next period. */
export interface Period {
  readonly starts_on: string
  readonly ends_on: string
}

/** The part of a period that is meant, in days. */
export interface Share {
  readonly period: Period
  readonly days: number
  readonly of: number
}

/** Made once for each time zone: a batch may ask for the day a thousand times. */
const calendars = new Map<string, Intl.DateTimeFormat>()

function calendarOf(timeZone: string): Intl.DateTimeFormat {
  const known = calendars.get(timeZone)
  if (known) return known
  const digits = { year: 'numeric', month: '2-digit', day: '2-digit' } as const
  const calendar = new Intl.DateTimeFormat('en-US', { timeZone, ...digits })
  calendars.set(timeZone, calendar)
  return calendar
}

/** The calendar day that it is somewhere at an instant. */
export function dayAt(instant: Date, timeZone: string): string {
  const parts = calendarOf(timeZone).formatToParts(instant)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`
}

/**
 * The period in which a day lies: the given one or, when that is over, one of those that follow it.
 * A period from a day of a month to the same day of another is so many months, and a month that lacks
 * the day has its last instead: January 31 to February 28, February 28 to March 31. Any other is so
 * many days. Undefined: the day lies before.
 */
export function periodOf(given: Period, day: string): Period | undefined {
  if (day < given.starts_on) return undefined
  if (day < given.ends_on) return given
  const months = wholeMonths(given)
  return months > 0 ? followingMonths(given, months, day) : followingDays(given, day)
}

/** How many months a period is; 0: it is not whole months. */
export function wholeMonths({ starts_on: start, ends_on: end }: Period): number {
  const months = monthNumber(end) - monthNumber(start)
  const day = dayOfMonth({ starts_on: start, ends_on: end })
  const isWhole =
    inMonth(monthNumber(start), day) === start && inMonth(monthNumber(end), day) === end
  return months > 0 && isWhole ? months : 0
}

/** The day on which periods of months begin: where one of both months is too short, the other has it. */
function dayOfMonth({ starts_on: start, ends_on: end }: Period): number {
  return Math.max(Number(start.slice(8)), Number(end.slice(8)))
}

/** Always counted from the first start: a period that began on the 31st comes back to it. */
function followingMonths(given: Period, months: number, day: string): Period {
  const first = monthNumber(given.starts_on)
  const begin = (month: number) => inMonth(month, dayOfMonth(given))
  const reached = first + Math.floor((monthNumber(day) - first) / months) * months
  const from = begin(reached) <= day ? reached : reached - months
  return { starts_on: begin(from), ends_on: begin(from + months) }
}

function followingDays({ starts_on: start, ends_on: end }: Period, day: string): Period {
  const length = daysBetween(start, end)
  const passed = Math.floor(daysBetween(start, day) / length) * length
  return { starts_on: addDays(start, passed), ends_on: addDays(start, passed + length) }
}

/** A day of a month, or the last one when the month is shorter. */
function inMonth(number: number, day: number): string {
  const year = Math.floor(number / MONTHS_OF_YEAR)
  const month = number % MONTHS_OF_YEAR
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  return toDay(Date.UTC(year, month, Math.min(day, last)))
}

const monthNumber = (day: string) =>
  Number(day.slice(0, 4)) * MONTHS_OF_YEAR + Number(day.slice(5, 7)) - 1
const addDays = (day: string, days: number) => toDay(Date.parse(day) + days * DAY_MS)
const toDay = (time: number) => new Date(time).toISOString().slice(0, 10)

/** Calendar days: the clocks of no time zone change what they are. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS)
}

/**
 * What is left of a period on a day. A charge has the day itself; a credit begins on the next, as
 * the day has been used (OP-80, OP-84).
 */
export function restOf(period: Period, day: string, counting: 'today' | 'tomorrow'): Share {
  const left = daysBetween(day, period.ends_on)
  const of = daysBetween(period.starts_on, period.ends_on)
  return { period, days: counting === 'today' ? left : left - 1, of }
}

/**
 * The price of so many days of a period, in minor units: exact, and rounded half up once. What was
 * charged for the days of a member is never less than what is given back for some of them.
 */
export function prorate(price: number, { days, of }: Pick<Share, 'days' | 'of'>): number {
  const doubled = 2n * BigInt(price) * BigInt(days) + BigInt(of)
  return Number(doubled / (2n * BigInt(of)))
}
