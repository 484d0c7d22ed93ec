import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import { type Db, hasCode, type Tx } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import { nextMonth } from './retention.js'

/** A month of the log: where everything lies of which it is the end of retention. */
export interface Part {
  /** Its first instant. */
  readonly month: Date
}

/** Both tables of the log are in the same parts. */
const TABLES = ['events', 'event_personal'] as const
/** Whoever reads or writes the log waits behind whoever waits for it: never for long. */
const LOCK_TIMEOUT_MS = 500
/** SQL states: a lock that was not to be had, and rows that lie elsewhere already. */
const LOCK_NOT_AVAILABLE = '55P03'
const CHECK_VIOLATION = '23514'

const NAME = /^events_(\d{4})_(\d{2})$/

export async function listParts(db: Db): Promise<readonly Part[]> {
  const { rows } = await db.execute<{ name: string }>(sql`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'events'::regclass order by c.relname`)
  return rows.flatMap(({ name }) => {
    const [, year, month] = NAME.exec(name) ?? []
    return year === undefined || month === undefined
      ? []
      : [{ month: new Date(Date.UTC(Number(year), Number(month) - 1)) }]
  })
}

/**
 * Makes a month's part. Answers with false where that cannot be now: somebody works on the log, or
 * events of the month already lie where those without a part lie.
 */
export function makePart(deps: Deps, ctx: CallContext, { month }: Part): Promise<boolean> {
  return alone(deps, ctx, async (tx) => {
    const bounds = `from ('${month.toISOString()}') to ('${nextMonth(month).toISOString()}')`
    for (const table of TABLES) {
      const part = nameOf(table, month)
      // Attached only then: by itself it would lock all of the log for as long as it is made.
      await tx.execute(`create table ${part} (like ${table} including all)`)
      if (table === 'events') {
        await tx.execute(`create trigger ${part}_not_emptied before truncate on ${part}
          for each statement execute function refuse_event_truncate()`)
      }
      await tx.execute(`alter table ${table} attach partition ${part} for values ${bounds}`)
    }
    return true
  })
}

/**
 * Drops a month's part, if everything in it is sealed and noted as dropped by then. Answers with
 * false where it is not, or somebody works on the log.
 */
export function dropPart(deps: Deps, ctx: CallContext, { month }: Part): Promise<boolean> {
  return alone(deps, ctx, async (tx) => {
    const [events, personal] = TABLES.map((table) => nameOf(table, month))
    await tx.execute(`lock table only events, only event_personal, ${events}, ${personal}
      in access exclusive mode`)
    const { rows } = await tx.execute(sql`
      select from event_sealing sealing where exists (
          select from ${sql.identifier(String(events))} e where e.position > sealing.position)
        or exists (
          select from event_seals where keep_until >= ${month.toISOString()}
            and keep_until < ${nextMonth(month).toISOString()} and digests is not null)`)
    if (rows.length > 0) return false
    await tx.execute(`drop table ${events}, ${personal}`)
    return true
  })
}

/** One process at a time, and nobody is kept waiting: what is not possible now is left for later. */
async function alone(
  deps: Deps,
  ctx: CallContext,
  work: (tx: Tx) => Promise<boolean>
): Promise<boolean> {
  try {
    return await runCommand(deps, ctx, async (tx) => {
      const { rows } = await tx.execute<{ held: boolean }>(sql`
        select pg_try_advisory_xact_lock(hashtextextended('muster event parts', 0)) as held`)
      if (!rows[0]?.held) return false
      await tx.execute(`set local lock_timeout = ${LOCK_TIMEOUT_MS}`)
      return work(tx)
    })
  } catch (error) {
    const isForLater = hasCode(error, LOCK_NOT_AVAILABLE) || hasCode(error, CHECK_VIOLATION)
    if (!isForLater) throw error
    deps.log.info({ err: error }, 'A part of the log is left for later')
    return false
  }
}

/** `events_2031_04` */
const nameOf = (table: string, month: Date) =>
  `${table}_${month.toISOString().slice(0, 7).replace('-', '_')}`
