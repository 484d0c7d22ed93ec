import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { Policy, PolicyRole } from '../../policy/document.js'
import { type May, mayOf } from '../../policy/matrix.js'
import { type CustomRole, findRole, withCustomRoles } from '../../policy/roles.js'
import { countEachRole } from './queries.js'

/** A role with what it is worth in its organization. */
export interface RoleInUse {
  readonly role: PolicyRole
  /** How many hold it or are offered it. */
  readonly holders: number
  readonly may: May
}

/** One of the organization's own roles as it stands in the policy once it is written. */
export async function roleInUse(
  tx: Tx,
  ctx: OrgContext,
  policy: Policy,
  written: CustomRole
): Promise<RoleInUse> {
  const { key } = written
  const others = policy.roles.filter((role) => role.custom === true && role.key !== key)
  const own = policy.roles.filter((role) => role.custom !== true)
  const after = withCustomRoles({ ...policy, roles: own }, [...others, written])
  const role = findRole(after, key)
  if (!role) throw new Error(`role ${key} was written just now`)
  const holders = await countEachRole(tx, ctx, [key])
  return { role, holders: holders(key).all, may: mayOf(after, key) }
}
