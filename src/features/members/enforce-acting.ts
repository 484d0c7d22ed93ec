import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import type { Permission } from '../../policy/permissions.js'
import { enforce } from '../../refusals.js'
import { isMember } from '../invitations/queries.js'

/**
 * For a read that takes more than its route asks of everybody: what a member may by the role it has
 * now. What a key may see its scopes say.
 *
 * @throws Problem not_found when the acting member has gone, not_permitted
 */
export async function enforceActing(
  db: Db,
  { actor, channel, organizationId, policy: { policy } }: OrgContext,
  permissions: readonly Permission[]
): Promise<void> {
  if (actor.type !== 'member') return
  const [acting] = await db
    .select({ role: members.role })
    .from(members)
    .where(isMember(organizationId, actor.id))
  if (!acting) throw notFound()
  const asking = { kind: 'member', id: actor.id, role: acting.role, channel } as const
  for (const permission of permissions) {
    enforce(decide(policy, asking, { type: 'use', permission }))
  }
}
