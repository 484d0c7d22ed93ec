import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { CreditRequestRow } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { lockToUse, placeOf } from '../organizations/queries.js'
import { findCreditRequest, refuseEnded, writeRuling } from './queries.js'
import { requestDecided } from './request-events.js'

interface Denial {
  readonly id: string
  readonly note?: string | undefined
}

/**
 * Turns a request down (OUPI-101): also of a member who has left, and in every mode.
 *
 * @throws Problem not_permitted, organization_canceled, not_found, credit_request_ended
 */
export async function denyCreditRequest(
  deps: Deps,
  ctx: OrgContext,
  { id, note }: Denial
): Promise<CreditRequestRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToUse(deps, tx, ctx, 'credits.allocate')
    const asked = await findCreditRequest(tx, ctx, id)
    refuseEnded(asked)
    const row = await writeRuling(tx, ctx, asked, { status: 'denied', note: note ?? null })
    appendEvents(tx, ctx, placeOf(organization), [requestDecided(row, 'denied')])
    return row
  })
}
