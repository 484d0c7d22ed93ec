import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { CreditRequestRow } from '../../db/tables/credits.js'
import type { Deps } from '../../deps.js'
import { refuse } from '../../policy/decision.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { lockOrganization, placeOf } from '../organizations/queries.js'
import { findCreditRequest, refuseEnded, writeRuling } from './queries.js'
import { requestDecided } from './request-events.js'

/**
 * Takes a request back: its own member does, or the host. Others of the team may deny it.
 *
 * @throws Problem not_permitted, organization_canceled, not_found, credit_request_ended
 */
export async function cancelCreditRequest(
  deps: Deps,
  ctx: OrgContext,
  id: string
): Promise<CreditRequestRow> {
  const { organizationId } = ctx
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, { organizationId })
    const { actor } = organization
    const asked = await findCreditRequest(tx, ctx, id)
    if (actor.kind === 'member' && actor.id !== asked.memberId) {
      enforce(refuse('not_permitted', 'only who asked takes a request back'))
    }
    refuseEnded(asked)
    const row = await writeRuling(tx, ctx, asked, { status: 'canceled' })
    appendEvents(tx, ctx, placeOf(organization), [requestDecided(row, 'canceled')])
    return row
  })
}
