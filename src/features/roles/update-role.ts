import { isDeepStrictEqual } from 'node:util'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { customRoles } from '../../db/tables/custom-roles.js'
import type { Deps } from '../../deps.js'
import { permissionConflict } from '../../errors.js'
import type { PolicyRole } from '../../policy/document.js'
import type { CustomRole } from '../../policy/roles.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { openRole } from './open-role.js'
import { isRole } from './queries.js'
import { mergeLabels, refuseUnknown } from './role-fields.js'
import { type RoleInUse, roleInUse } from './role-in-use.js'
import type { RoleUpdate } from './schemas.js'

interface RoleChange {
  readonly input: RoleUpdate
  readonly confirmed: boolean
}

/**
 * Changes what is given of one of the organization's own roles: for its holders at once. Nobody
 * edits beyond their own permissions, neither what it held nor what it will. A call that changes
 * nothing leaves no event. Whoever says what the role held when they saw it undoes nobody's change
 * (OUPI-121).
 *
 * @throws Problem unknown_permissions, not_found, what `decide` refuses, role_is_the_policys,
 * permission_conflict
 */
export async function updateRole(
  deps: Deps,
  ctx: OrgContext,
  key: string,
  { input, confirmed }: RoleChange
): Promise<RoleInUse> {
  const { label, permissions, expected_permissions: expected } = input
  refuseUnknown(permissions ?? [])
  return runCommand(deps, ctx, async (tx) => {
    const asked = { key, adding: permissions ?? [], confirmed }
    const { organization, role } = await openRole(deps, tx, ctx, asked)
    if (expected && !isSameSet(expected, role.permissions)) {
      throw permissionConflict({ permissions: role.permissions })
    }
    const after: CustomRole = {
      key,
      label: label === undefined ? role.label : mergeLabels(role.label, label),
      permissions: permissions ?? role.permissions
    }
    const changes = changesOf(role, after)
    if (Object.keys(changes).length > 0) {
      await tx
        .update(customRoles)
        .set({ label: after.label, permissions: [...after.permissions], updatedAt: ctx.now })
        .where(isRole(ctx.organizationId, key))
      appendEvents(tx, ctx, placeOf(organization), [
        { type: 'role.updated', subject: { type: 'role', id: key }, changes }
      ])
    }
    return roleInUse(tx, ctx, organization.policy.policy, after)
  })
}

const isSameSet = (one: readonly string[], other: readonly string[]): boolean =>
  new Set(one).size === new Set(other).size && one.every((item) => other.includes(item))

function changesOf(before: PolicyRole, after: CustomRole) {
  const changes: Record<string, [before: unknown, after: unknown]> = {}
  for (const field of ['label', 'permissions'] as const) {
    if (isDeepStrictEqual(before[field], after[field])) continue
    changes[field] = [before[field], after[field]]
  }
  return changes
}
