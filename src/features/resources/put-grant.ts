import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { memberOf } from '../members/outcome.js'
import { findTarget } from '../members/queries.js'
import { grantToMembers } from './grant-to-members.js'
import { lockResource, refuseUnused } from './lock-resource.js'
import type { ToldGrant } from './schemas.js'

interface Granting {
  readonly resourceId: string
  readonly memberId: string
  /** Left out: how the member has it, else the first of its kind. */
  readonly mode?: string | undefined
}

/**
 * Gives a member a resource, or the same in another way. Whoever has it so already keeps it, without
 * an event.
 *
 * @throws Problem not_found, not_permitted, resource_holder_removed, resources_not_used, unknown_resource_mode,
 * resource_held, too_many_resources
 */
export async function putGrant(
  deps: Deps,
  ctx: OrgContext,
  { resourceId: id, memberId, mode }: Granting
): Promise<ToldGrant> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.assign', ofOwners: true } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    refuseUnused(organization)
    const members = [await findTarget(tx, ctx, memberId)]
    const asked = { resource, mode }
    const granted = await grantToMembers(tx, ctx, { organization, members }, asked)
    memberOf(granted.outcomes)
    const held = granted.held.get(memberId)
    if (!held) throw new Error('whoever was given it has it')
    const { lastUsedAt, createdAt } = held
    const { kind } = resource
    return { resourceId: id, kind, memberId, mode: held.mode, lastUsedAt, createdAt }
  })
}
