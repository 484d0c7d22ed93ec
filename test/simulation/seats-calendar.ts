/**
 * Days, periods and shares of them by a calendar of its own: counted from the rules of the Gregorian
 * calendar, without dates of the language and without the service's code.
 */
export interface Span {
  readonly starts_on: string
  readonly ends_on: string
}

const isLeap = (year: number) => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
const lengthOf = (year: number, month: number) =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

const FIRST_YEAR = 2000

function partsOf(day: string): [number, number, number] {
  const [year = 0, month = 0, date = 0] = day.split('-').map(Number)
  return [year, month, date]
}

const textOf = (year: number, month: number, date: number) =>
  [
    String(year).padStart(4, '0'),
    ...[month, date].map((part) => String(part).padStart(2, '0'))
  ].join('-')

/** Days since the first of 2000, counted year by year and month by month. */
export function numberOf(day: string): number {
  const [year, month, date] = partsOf(day)
  let days = date - 1
  for (let one = FIRST_YEAR; one < year; one += 1) days += isLeap(one) ? 366 : 365
  for (let one = 1; one < month; one += 1) days += lengthOf(year, one)
  return days
}

/** The day so many days later. */
export function later(day: string, days: number): string {
  let [year, month, date] = partsOf(day)
  date += days
  while (date > lengthOf(year, month)) {
    date -= lengthOf(year, month)
    month += 1
    if (month > 12) [year, month] = [year + 1, 1]
  }
  return textOf(year, month, date)
}

/** A day of the month so many months later; the last one where the month is shorter. */
function inMonths(day: string, months: number, date: number): string {
  let [year, month] = partsOf(day)
  for (let one = 0; one < months; one += 1) {
    month += 1
    if (month > 12) [year, month] = [year + 1, 1]
  }
  return textOf(year, month, Math.min(date, lengthOf(year, month)))
}

const LONGEST_MONTHS = 130

/** How many months from a day of a month to that of another; both may lack it. */
export function monthsOf({ starts_on: start, ends_on: end }: Span): number | undefined {
  const date = Math.max(partsOf(start)[2], partsOf(end)[2])
  if (inMonths(start, 0, date) !== start) return undefined
  for (let months = 1; months <= LONGEST_MONTHS; months += 1) {
    if (inMonths(start, months, date) === end) return months
  }
  return undefined
}

/** The period of a day, found by walking from one to the next. */
export function periodAt(given: Span, day: string): Span | undefined {
  if (day < given.starts_on) return undefined
  const months = monthsOf(given)
  const date = Math.max(partsOf(given.starts_on)[2], partsOf(given.ends_on)[2])
  const days = numberOf(given.ends_on) - numberOf(given.starts_on)
  const start = (count: number) =>
    months === undefined
      ? later(given.starts_on, count * days)
      : inMonths(given.starts_on, count * months, date)
  let count = 0
  while (start(count + 1) <= day) count += 1
  return { starts_on: start(count), ends_on: start(count + 1) }
}

/** What a wall calendar shows there at that instant. */
export const dayIn = (timeZone: string, at: number) =>
  new Date(at).toLocaleDateString('sv-SE', { timeZone })

/** So many days of a price for all of them: half a unit and more is one more. */
export function partOf(price: number, days: number, of: number): number {
  const parts = BigInt(price) * BigInt(days)
  const [whole, rest] = [parts / BigInt(of), parts % BigInt(of)]
  return Number(rest * 2n >= BigInt(of) ? whole + 1n : whole)
}
