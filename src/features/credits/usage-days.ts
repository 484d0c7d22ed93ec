import { firstInstant } from '../../clock.js'
import { dayAt } from '../billing/period.js'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Instants, the later one excluded. */
export interface Span {
  readonly from: Date
  readonly to: Date
}

/** A day of a calendar, `2026-11-01`, and when it begins; of the first one, the span. */
export interface UsageDay {
  readonly day: string
  readonly startsAt: Date
}

/** The days of a span somewhere; one that a time zone has left out is none. */
export function daysOf({ from, to }: Span, timeZone: string): UsageDay[] {
  const days: UsageDay[] = []
  for (let startsAt = from; startsAt < to; ) {
    const day = dayAt(startsAt, timeZone)
    days.push({ day, startsAt })
    startsAt = nextDay(startsAt, day, timeZone)
  }
  return days
}

/** When the day after begins: most often 24 hours after it did, else it is searched for. */
function nextDay(since: Date, day: string, timeZone: string): Date {
  const isAfter = (time: number) => dayAt(new Date(time), timeZone) !== day
  const [start, usual] = [since.getTime(), since.getTime() + DAY_MS]
  if (isAfter(usual) && !isAfter(usual - 1)) return new Date(usual)
  let [before, after] = [start, start + HOUR_MS]
  while (!isAfter(after)) [before, after] = [after, after + HOUR_MS]
  return firstInstant([before, after], isAfter)
}
