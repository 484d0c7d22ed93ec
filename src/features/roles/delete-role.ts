import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { customRoles } from '../../db/tables/custom-roles.js'
import type { Deps } from '../../deps.js'
import { mayOf } from '../../policy/matrix.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { roleStillInUse } from './errors.js'
import { openRole } from './open-role.js'
import { countBound, isRole } from './queries.js'
import type { RoleInUse } from './role-in-use.js'

/**
 * Deletes one of the organization's own roles, which nobody may have any more. Answers with what
 * it was.
 *
 * @throws Problem not_found, what `decide` refuses, role_is_the_policys, role_in_use
 */
export async function deleteRole(
  deps: Deps,
  ctx: OrgContext,
  key: string,
  confirmed = false
): Promise<RoleInUse> {
  return runCommand(deps, ctx, async (tx) => {
    const { organization, role } = await openRole(deps, tx, ctx, { key, confirmed })
    const { organizationId } = ctx
    const count = await countBound(tx, organizationId, key)
    if (count > 0) throw roleStillInUse({ key, count })
    const may = mayOf(organization.policy.policy, key)
    await tx.delete(customRoles).where(isRole(organizationId, key))
    const { label, permissions } = role
    appendEvents(tx, ctx, placeOf(organization), [
      { type: 'role.deleted', subject: { type: 'role', id: key }, data: { label, permissions } }
    ])
    return { role, holders: 0, may }
  })
}
