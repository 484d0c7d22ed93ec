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
 * A period from a day of a month to the same day of another is so many months, any other so many
 * days. Undefined: the day lies before.
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
  return months > 0 && addMonths(start, months) === end ? months : 0
}

/** Always counted from the first start: a period that began on the 31st comes back to it. */
function followingMonths({ starts_on: start }: Period, months: number, day: string): Period {
  const passed = Math.floor((monthNumber(day) - monthNumber(start)) / months) * months
  const [from, to] =
    addMonths(start, passed) <= day ? [passed, passed + months] : [passed - months, passed]
  return { starts_on: addMonths(start, from), ends_on: addMonths(start, to) }
}

function followingDays({ starts_on: start, ends_on: end }: Period, day: string): Period {
  const length = daysBetween(start, end)
  const passed = Math.floor(daysBetween(start, day) / length) * length
  return { starts_on: addDays(start, passed), ends_on: addDays(start, passed + length) }
}

/** The same day so many months later, or the last of its month when that is shorter. */
function addMonths(day: string, months: number): string {
  const number = monthNumber(day) + months
  const year = Math.floor(number / MONTHS_OF_YEAR)
  const month = number % MONTHS_OF_YEAR
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate()
  const date = Math.min(Number(day.slice(8)), last)
  return toDay(Date.UTC(year, month, date))
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
