import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { JoinRequestRow } from '../../db/tables/join-requests.js'
import type { Deps } from '../../deps.js'
import { permits } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { lockOrganization, placeOf } from '../organizations/queries.js'
import { findJoinRequest, refuseDecided, writeRuling } from './queries.js'

/**
 * Turns the person down: they may ask again after a while. Neither plan nor invoices keep a team from
 * saying no.
 *
 * @throws Problem not_found, not_permitted, join_request_decided
 */
export async function denyJoinRequest(
  deps: Deps,
  ctx: OrgContext,
  id: string
): Promise<JoinRequestRow> {
  const { organizationId } = ctx
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, { organizationId })
    const row = await findJoinRequest(tx, ctx, id)
    enforce(permits(organization.policy.policy, organization.actor, 'member.invite'))
    refuseDecided(row)
    const { userId: user_id, email, domain } = row
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'join_request.denied',
        subject: { type: 'join_request', id },
        data: { user_id, email, domain },
        changes: { status: ['pending', 'denied'] }
      }
    ])
    return writeRuling(tx, ctx, row, { status: 'denied', memberId: null })
  })
}
