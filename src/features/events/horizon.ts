import type { Db } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'

/** A position, and a transaction that began after it had been drawn. */
interface Mark {
  readonly position: number
  readonly after: bigint
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
/** Not what a snapshot calls its end: of those that go on it leaves out whoever began last. */
const NEW_TRANSACTION: Statement = {
  name: 'new_transaction',
  text: `select pg_current_xact_id()::text as id`
}
const OLDEST_TRANSACTION: Statement = {
  name: 'oldest_transaction',
  text: `select pg_snapshot_xmin(pg_current_snapshot())::text as id`
}

/** The highest position that somebody has drawn, whether the event is there yet or not. */
export async function findDrawn(db: Db): Promise<number> {
  const [last] = await db.run<{ position: string }>(LAST_POSITION, [])
  return Number(last?.position)
}

/**
 * An event's position is drawn while its transaction goes on, so one that commits late may lie before
 * what others have read. Every transaction has its own id before it draws (`next_event_position`): of
 * whatever was drawn up to now the last is over once all are that have an id below one that is given
 * out afterwards. So these are asked one after the other, and never in one statement. An id is only
 * taken where somebody has drawn since.
 */
export function createHorizon(): Horizon {
  let marks: Mark[] = []
  let settled = 0
  return {
    async look(db) {
      const drawn = await findDrawn(db)
      if (drawn > (marks.at(-1)?.position ?? settled)) {
        marks.push({ position: drawn, after: await findId(db, NEW_TRANSACTION) })
      }
      const oldest = await findId(db, OLDEST_TRANSACTION)
      const over = marks.filter(({ after }) => after < oldest)
      settled = Math.max(settled, ...over.map(({ position }) => position))
      marks = thin(marks.filter(({ position }) => position > settled))
      return { settled, drawn }
    }
  }
}

async function findId(db: Db, statement: Statement): Promise<bigint> {
  const [row] = await db.run<{ id: string }>(statement, [])
  if (!row) throw new Error('it answers with a row')
  return BigInt(row.id)
}

/** The oldest are next to be settled; the newest only stands for those that were left out. */
function thin(marks: Mark[]): Mark[] {
  const last = marks.at(-1)
  return marks.length > MARKS_MAX && last ? [...marks.slice(0, MARKS_MAX - 1), last] : marks
}
