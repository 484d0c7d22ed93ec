import type { KeyContext } from '../../context.js'
import type { CreditAccountRow, CreditRequestRow } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import type { EventRecord } from '../events/queries.js'
import { type Belongings, findBelongings } from './find-belongings.js'
import { findPerson, organizationIdsOf, type Person } from './find-person.js'
import { findCredits, findEvents, findTransfers, type TransferRow } from './queries.js'

const EVENTS_MAX = 10_000

/** All that is known of somebody. */
export interface Told extends Person, Belongings {
  readonly accounts: readonly CreditAccountRow[]
  readonly requests: readonly CreditRequestRow[]
  readonly transfers: readonly TransferRow[]
  readonly events: readonly EventRecord[]
}

/**
 * All that is held of a person, the removed and those whose seat is another's by now included: their
 * right of access (OUPI-106).
 *
 * @throws Problem not_found
 */
export async function exportUser(deps: Deps, _ctx: KeyContext, userId: string): Promise<Told> {
  const { db } = deps
  const person = await findPerson(db, userId)
  if (organizationIdsOf(person).length === 0) throw notFound()
  return {
    ...person,
    ...(await findBelongings(db, person)),
    ...(await findCredits(db, person)),
    transfers: await findTransfers(db, person),
    events: await findEvents(db, person, { limit: EVENTS_MAX })
  }
}
