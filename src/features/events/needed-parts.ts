import { sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { listParts, type Part } from './partitions.js'
import { keepUntil, nextMonth } from './retention.js'

/** Of events of how many months to come. */
const MONTHS_AHEAD = 2

/** The parts for what is to be appended soon, by the newest version of every policy, and not there. */
export async function findMissingParts(db: Db, now: Date): Promise<readonly Part[]> {
  const { rows } = await db.execute<{ retention: string }>(sql`
    select distinct newest.retention from (
      select distinct on (key) document #>> '{audit,retention}' as retention
      from policies order by key, version desc) newest
    where newest.retention is not null`)
  const needed = new Set(rows.flatMap(({ retention }) => monthsOf(retention, now)))
  const there = new Set((await listParts(db)).map(({ month }) => month.getTime()))
  const missing = [...needed].filter((month) => !there.has(month)).sort((a, b) => a - b)
  if (missing.length === 0) return []
  // Who came too early lies elsewhere, and so does all of its month.
  const { rows: taken } = await db.execute<{ month: string }>(sql`
    select distinct keep_until as month from events_other`)
  const elsewhere = new Set(taken.map(({ month }) => new Date(month).getTime()))
  return missing
    .filter((month) => !elsewhere.has(month))
    .map((month) => ({ month: new Date(month) }))
}

function monthsOf(retention: string, now: Date): number[] {
  const later = new Date(now)
  later.setUTCMonth(later.getUTCMonth() + MONTHS_AHEAD)
  const last = keepUntil(later, retention)
  const months: number[] = []
  for (let month = keepUntil(now, retention); month <= last; month = nextMonth(month)) {
    months.push(month.getTime())
  }
  return months
}
