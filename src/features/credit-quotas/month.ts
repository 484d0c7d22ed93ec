import { firstInstant } from '../../clock.js'
import { dayAt } from '../billing/period.js'

const HOUR_MS = 3_600_000
/** No time zone is further from UTC. */
const OFFSET_MAX_MS = 15 * HOUR_MS
const MONTHS_OF_YEAR = 12

/** A month of an organization's calendar. */
export interface Month {
  /** As it is told: `2026-11`. */
  readonly name: string
  /** `2026-11-01` */
  readonly firstDay: string
}

/** The month that it is somewhere at an instant. */
export function monthAt(now: Date, timeZone: string): Month {
  const name = dayAt(now, timeZone).slice(0, 'yyyy-mm'.length)
  return { name, firstDay: `${name}-01` }
}

/** When the next one begins there. */
export function nextMonthAt(now: Date, timeZone: string): Date {
  const [year = 0, month = 0] = monthAt(now, timeZone).name.split('-').map(Number)
  const isLast = month === MONTHS_OF_YEAR
  const next = isLast ? `${year + 1}-01-01` : `${year}-${String(month + 1).padStart(2, '0')}-01`
  return startOf(next, timeZone)
}

/** The first instant of a day: what its clocks skip then, or show twice, makes no difference. */
function startOf(day: string, timeZone: string): Date {
  const utc = Date.parse(day)
  const hasBegun = (time: number) => dayAt(new Date(time), timeZone) >= day
  return firstInstant([utc - OFFSET_MAX_MS, utc + OFFSET_MAX_MS], hasBegun)
}
