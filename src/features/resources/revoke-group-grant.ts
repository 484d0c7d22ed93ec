import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { resourceGroupGrants } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { findGroup } from '../groups/queries.js'
import { placeOf } from '../organizations/queries.js'
import { lockResource } from './lock-resource.js'
import { type CountedResource, dropUnwanted } from './queries.js'
import { resourceRevoked } from './resource-events.js'

interface Unsharing {
  readonly resourceId: string
  readonly groupId: string
}

/**
 * Takes a resource from a group: who is in it has it no more, but for what is their own. A group that
 * has it not stays without, without an event. Answers with the resource.
 *
 * @throws Problem not_found, not_permitted
 */
export async function revokeGroupGrant(
  deps: Deps,
  ctx: OrgContext,
  { resourceId: id, groupId }: Unsharing
): Promise<CountedResource> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.assign', ofOwners: true } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    await findGroup(tx, ctx, groupId)
    const revoked = await tx
      .delete(resourceGroupGrants)
      .where(
        and(
          eq(resourceGroupGrants.organizationId, ctx.organizationId),
          eq(resourceGroupGrants.resourceId, id),
          eq(resourceGroupGrants.groupId, groupId)
        )
      )
      .returning()
    appendEvents(
      tx,
      ctx,
      placeOf(organization),
      revoked.map(({ mode }) => resourceRevoked(resource, { group_id: groupId }, mode))
    )
    if (revoked.length > 0) await dropUnwanted(tx, ctx, organization, [id])
    return resource
  })
}
