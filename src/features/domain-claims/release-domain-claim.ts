import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { DomainClaimRow } from '../../db/tables/domain-claims.js'
import type { Deps } from '../../deps.js'
import { permits } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { lockOrganization, placeOf } from '../organizations/queries.js'
import { claimReleased } from './claim-events.js'
import { claimAt, findClaim, freeDomain, writeClaim } from './queries.js'

/**
 * Gives a domain up, also where the policy has no claims any more: from now on nobody joins by it,
 * and everybody may claim it. One that has ended is answered as it is.
 *
 * @throws Problem not_permitted, not_found, organization_canceled
 */
export async function releaseDomainClaim(
  deps: Deps,
  ctx: OrgContext,
  id: string
): Promise<DomainClaimRow> {
  const { organizationId } = ctx
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, { organizationId })
    enforce(permits(organization.policy.policy, organization.actor, 'domain.claim'))
    const row = await findClaim(tx, ctx, id)
    const { status } = claimAt(row, ctx.now)
    if (status === 'released' || status === 'failed') return row
    await freeDomain(tx, row)
    const released = await writeClaim(tx, ctx, row, { status: 'released', endedAt: ctx.now })
    appendEvents(tx, ctx, placeOf(organization), [claimReleased(released, status)])
    return released
  })
}
