import type { CallContext, PolicyVersion } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { policyChangeTooLarge, policyOrphansRoles } from './errors.js'
import { findMisfits } from './find-misfits.js'
import { findMoved, moveRoles } from './move-roles.js'
import { type RoleMapping, refuseUnknownTargets } from './role-moves.js'

/** What one call may change. */
export const ORGANIZATIONS_MAX = 10_000
const MEMBERS_MAX = 10_000

interface Followers {
  /** Locked, all of them: nobody gets a role there until the commit. */
  readonly organizationIds: readonly string[]
  readonly version: PolicyVersion
  readonly mapping: RoleMapping
}

/**
 * Lets organizations follow a version of a policy from now on. Nobody there is left with a role that
 * it does not have, or with one that too many or too few have: the mapping says which role becomes
 * which, for members and open offers alike. Answers with how many members got another role.
 *
 * @throws Problem policy_orphans_roles, invalid_role_mapping, policy_change_too_large
 */
export async function followPolicy(
  tx: Tx,
  ctx: CallContext,
  { organizationIds, version, mapping }: Followers
): Promise<number> {
  refuseUnknownTargets(version.policy, mapping)
  if (organizationIds.length > ORGANIZATIONS_MAX) throw tooLarge()
  const asked = { organizationIds, policy: version.policy, mapping, now: ctx.now }
  const { organizations, total } = await findMisfits(tx, asked)
  if (total > 0) throw policyOrphansRoles({ organizations, total })

  const moved = await findMoved(tx, { organizationIds, mapping }, MEMBERS_MAX + 1)
  if (moved.length > MEMBERS_MAX) throw tooLarge()
  await moveRoles(tx, ctx, { organizationIds, version, mapping }, moved)
  return moved.length
}

const tooLarge = () =>
  policyChangeTooLarge({ organizations_max: ORGANIZATIONS_MAX, members_max: MEMBERS_MAX })
