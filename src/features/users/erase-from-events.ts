import { sql } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { toJson } from '../../db/rows.js'
import { type EventRow, events } from '../../db/tables/events.js'
import { findEvents, findNames, type Person } from './queries.js'

/** Events of one statement, and in memory. */
const PAGE_MAX = 500
/** Less than the id of any event. */
const BEFORE_ALL = 'evt_00000000000000000000000000'
/** Stands where an address or an id has to stand. */
export const ERASED = 'erased'

/**
 * Blots out what names the person in the log: what happened, and when, stays. Answers with how many
 * events that concerned.
 */
export async function eraseFromEvents(tx: Tx, person: Person): Promise<number> {
  const names = await findNames(tx, person)
  const own = new Set([person.userId, ...person.members.map(({ id }) => id)])
  let after = BEFORE_ALL
  let count = 0
  for (;;) {
    const page = await findEvents(tx, person, { limit: PAGE_MAX, after })
    await writeEvents(
      tx,
      page.map((event) => blotOut(event, names, own))
    )
    count += page.length
    const last = page.at(-1)
    if (!last || page.length < PAGE_MAX) return count
    after = last.id
  }
}

function blotOut(event: EventRow, names: ReadonlySet<string>, own: ReadonlySet<string>): EventRow {
  const isActor = event.actorId !== null && own.has(event.actorId)
  const blotted = (value: unknown) => blotOutOf(value, names)
  return {
    ...event,
    ...(isActor ? { actorName: null } : {}),
    actorId: event.actorId !== null && names.has(event.actorId) ? ERASED : event.actorId,
    data: blotted(event.data) as EventRow['data'],
    changes: blotted(event.changes) as EventRow['changes']
  }
}

/** Every text that is one of the names, as a whole: within another text it is another's. */
function blotOutOf(value: unknown, names: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return names.has(value) ? ERASED : value
  if (Array.isArray(value)) return value.map((item) => blotOutOf(item, names))
  if (value === null || typeof value !== 'object') return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, blotOutOf(item, names)])
  )
}

async function writeEvents(tx: Tx, rows: readonly EventRow[]): Promise<void> {
  if (rows.length === 0) return
  await tx.execute(sql`
    update events set actor_id = blotted.actor_id, actor_name = blotted.actor_name,
      data = blotted.data, changes = blotted.changes
    from json_to_recordset(${toJson(events, rows)}::json) as blotted(
      organization_id uuid, id uuid, actor_id text, actor_name text, data jsonb, changes jsonb)
    where events.organization_id = blotted.organization_id and events.id = blotted.id`)
}
