import { type SQL, sql } from 'drizzle-orm'
import { defineSweep } from './job.js'

const HOUR_MS = 3_600_000
const ROWS_MAX = 1_000

/** What is kept for a while only, and since when it may go. Each is bounded to a batch. */
const KEPT: readonly { readonly table: SQL; readonly age: SQL; readonly keptMs: number }[] = [
  { table: sql`idempotency_keys`, age: sql`created_at`, keptMs: 24 * HOUR_MS },
  { table: sql`resend_allowances`, age: sql`window_started_at`, keptMs: 24 * HOUR_MS },
  { table: sql`kept_mails`, age: sql`created_at`, keptMs: 30 * 24 * HOUR_MS },
  { table: sql`webhook_deliveries`, age: sql`ended_at`, keptMs: 30 * 24 * HOUR_MS }
]

/**
 * Deletes what is past its time: idempotent answers, resend windows, kept mails, and deliveries that
 * have ended, with their attempts.
 */
export const purgeOldRows = defineSweep({
  name: 'purge-old-rows',
  everyMs: HOUR_MS,

  async run({ db, now }) {
    let count = 0
    for (const { table, age, keptMs } of KEPT) {
      const before = new Date(now().getTime() - keptMs).toISOString()
      const { rowCount } = await db.execute(sql`
        delete from ${table} where ctid in (
          select ctid from ${table} where ${age} < ${before} limit ${ROWS_MAX})`)
      count += rowCount ?? 0
    }
    return count
  }
})
