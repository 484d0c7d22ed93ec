import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'

/** A position, and the first transaction that cannot have drawn it or one before it. */
interface Mark {
  readonly position: number
  readonly settledAt: bigint
}

/** Up to where the log is complete: no event of a lower position can appear any more. */
export interface Horizon {
  /** Looks, and answers with what is known by now. It never goes back. */
  look(db: Db): Promise<HorizonView>
}

export interface HorizonView {
  readonly settled: number
  /** The highest position that somebody had drawn. */
  readonly drawn: number
}

/** Marks that wait: the transactions of one end before much else has happened. */
const MARKS_MAX = 16

const LAST_POSITION: Statement = {
  name: 'last_event_position',
  text: `select case when is_called then last_value else 0 end as position from event_positions`
}
const TRANSACTIONS: Statement = {
  name: 'transactions_under_way',
  text: `select pg_snapshot_xmin(now.snapshot)::text as oldest, pg_snapshot_xmax(now.snapshot)::text as next
    from (select pg_current_snapshot() as snapshot) now`
}

/** The highest position that somebody has drawn, whether the event is there yet or not. */
export async function findDrawn(db: Db): Promise<number> {
  const [last] = await db.run<{ position: string }>(LAST_POSITION, [])
  return Number(last?.position)
}

/**
 * An event's position is drawn while its transaction goes on, so one that commits late may lie before
 * what others have read. Every transaction has its own id before it draws (`next_event_position`):
 * of whatever was drawn up to now the last is over once all transactions are that had an id just
 * after. So the two are asked one after the other, and never in one statement.
 */
export function createHorizon(): Horizon {
  let marks: Mark[] = []
  let settled = 0
  return {
    async look(db) {
      const drawn = await findDrawn(db)
      const [running] = await db.run<{ oldest: string; next: string }>(TRANSACTIONS, [])
      if (!running) throw new Error('it answers with a row')
      const oldest = BigInt(running.oldest)
      marks.push({ position: drawn, settledAt: BigInt(running.next) })
      const over = marks.filter(({ settledAt }) => settledAt <= oldest)
      settled = Math.max(settled, ...over.map(({ position }) => position))
      marks = thin(marks.filter(({ position }) => position > settled))
      return { settled, drawn }
    }
  }
}

/** The oldest are next to be settled; the newest only stands for those that were left out. */
function thin(marks: Mark[]): Mark[] {
  const last = marks.at(-1)
  return marks.length > MARKS_MAX && last ? [...marks.slice(0, MARKS_MAX - 1), last] : marks
}
