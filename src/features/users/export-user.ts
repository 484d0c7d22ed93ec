import type { KeyContext } from '../../context.js'
import type { EventRow } from '../../db/tables/events.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { findEvents, findPerson, type Person } from './queries.js'

const EVENTS_MAX = 10_000

/**
 * All that is held of a person, the removed included: their right of access (OUPI-106).
 *
 * @throws Problem not_found
 */
export async function exportUser(
  deps: Deps,
  _ctx: KeyContext,
  userId: string
): Promise<Person & { readonly events: readonly EventRow[] }> {
  const person = await findPerson(deps.db, userId)
  if (person.members.length === 0) throw notFound()
  return { ...person, events: await findEvents(deps.db, person, { limit: EVENTS_MAX }) }
}
