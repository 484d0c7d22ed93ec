import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { endOrganization } from './end-organization.js'
import { lockOrganization } from './queries.js'

/**
 * Deletes an organization for good, canceled or not (AMP-24). Answers with what it was.
 *
 * @throws Problem not_found, what `decide` refuses
 */
export async function deleteOrganization(
  deps: Deps,
  ctx: OrgContext,
  confirmed = false
): Promise<OrganizationRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      evenCanceled: true
    })
    const { policy, actor } = organization
    enforce(decide(policy.policy, actor, { type: 'delete_organization' }, { confirmed }))
    return endOrganization(tx, ctx, organization)
  })
}
