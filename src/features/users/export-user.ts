import type { KeyContext } from '../../context.js'
import type { CreditAccountRow, CreditRequestRow } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import type { EventRecord } from '../events/queries.js'
import { findCredits, findEvents, findPerson, type Person } from './queries.js'

const EVENTS_MAX = 10_000

/** All that is known of somebody. */
interface Told extends Person {
  readonly accounts: readonly CreditAccountRow[]
  readonly requests: readonly CreditRequestRow[]
  readonly events: readonly EventRecord[]
}

/**
 * All that is held of a person, the removed included: their right of access (OUPI-106).
 *
 * @throws Problem not_found
 */
export async function exportUser(deps: Deps, _ctx: KeyContext, userId: string): Promise<Told> {
  const person = await findPerson(deps.db, userId)
  if (person.members.length === 0) throw notFound()
  const credits = await findCredits(deps.db, person)
  return { ...person, ...credits, events: await findEvents(deps.db, person, { limit: EVENTS_MAX }) }
}
