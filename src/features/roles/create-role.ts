import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { customRoles } from '../../db/tables/custom-roles.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, lockOrganization, placeOf } from '../organizations/queries.js'
import { roleExists, tooManyRoles } from './errors.js'
import { refuseUnknown, wholeLabel } from './role-fields.js'
import { type RoleInUse, roleInUse } from './role-in-use.js'
import { newRoleKey } from './role-key.js'
import type { RoleCreate } from './schemas.js'

/**
 * A role of the organization's own, with nothing in it that its author lacks.
 *
 * @throws Problem unknown_permissions, what `decide` refuses, too_many_roles, role_exists
 */
export async function createRole(
  deps: Deps,
  ctx: OrgContext,
  input: RoleCreate,
  confirmed = false
): Promise<RoleInUse> {
  const { permissions } = input
  refuseUnknown(permissions)
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId
    })
    const { policy } = organization.policy
    const { entitlements } = organization.row
    const action = { type: 'manage_roles', permissions } as const
    enforce(decide(policy, organization.actor, action, { entitlements, confirmed }))

    const label = wholeLabel(input.label)
    const key = chooseKey(organization, input.key, label.en)
    const { organizationId, now } = ctx
    const role = { key, label, permissions }
    await tx.insert(customRoles).values({ ...role, organizationId, createdAt: now, updatedAt: now })
    appendEvents(tx, ctx, placeOf(organization), [
      { type: 'role.created', subject: { type: 'role', id: key }, data: { ...role } }
    ])
    return roleInUse(tx, ctx, policy, role)
  })
}

function chooseKey(
  { policy: { policy } }: LockedOrganization,
  given: string | undefined,
  label: string
): string {
  const { max } = policy.custom_roles
  if (policy.roles.filter(({ custom }) => custom).length >= max) throw tooManyRoles({ max })
  const taken = new Set(policy.roles.map(({ key }) => key))
  if (given !== undefined && taken.has(given)) throw roleExists({ key: given })
  return given ?? newRoleKey(label, taken)
}
