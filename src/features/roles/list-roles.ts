import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { type May, matrixOf, type PermissionRow } from '../../policy/matrix.js'
import { countEachRole } from './queries.js'
import type { RoleInUse } from './role-in-use.js'

interface RoleMatrix {
  readonly roles: readonly RoleInUse[]
  readonly permissions: readonly PermissionRow[]
}

/** Every role of the organization, the policy's first, and who may do what. */
export async function listRoles(deps: Deps, ctx: OrgContext): Promise<RoleMatrix> {
  const { policy } = ctx.policy
  const holders = await countEachRole(deps.db, ctx)
  const { may, permissions } = matrixOf(policy)
  const roles = policy.roles.map((role) => ({
    role,
    holders: holders(role.key).all,
    may: may.get(role.key) as May
  }))
  return { roles, permissions }
}
