import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import type { PolicyRole } from '../../policy/document.js'
import { findRole } from '../../policy/roles.js'
import { enforce } from '../../refusals.js'
import { type LockedOrganization, lockOrganization } from '../organizations/queries.js'
import { roleIsThePolicys } from './errors.js'

interface OpenRole {
  readonly key: string
  /** What it is to hold from now on. */
  readonly adding?: readonly string[]
  readonly confirmed: boolean
}

/**
 * Locks the organization for whoever may change this role of its own: nobody whose permissions it
 * exceeds, before or after.
 *
 * @throws Problem not_found, what `decide` refuses, role_is_the_policys
 */
export async function openRole(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  { key, adding = [], confirmed }: OpenRole
): Promise<{ organization: LockedOrganization; role: PolicyRole }> {
  const { organizationId } = ctx
  const organization = await lockOrganization(deps, tx, ctx, { organizationId })
  const { policy } = organization.policy
  const role = findRole(policy, key)
  if (!role) throw notFound()
  const permissions = [...new Set<string>([...role.permissions, ...adding])]
  const { entitlements } = organization.row
  const action = { type: 'manage_roles', permissions } as const
  enforce(decide(policy, organization.actor, action, { entitlements, confirmed }))
  if (role.custom !== true) throw roleIsThePolicys()
  return { organization, role }
}
