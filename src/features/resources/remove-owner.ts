import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { resourceOwners } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { findMember } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import type { Ownership } from './add-owner.js'
import { lockResource } from './lock-resource.js'
import { type CountedResource, dropUnwanted } from './queries.js'
import { ownerRemoved } from './resource-events.js'

/**
 * Ends that a member owns a resource, the last one too: then it is for those alone who may manage
 * every resource. Who does not own it goes on so, without an event. Answers with the resource.
 *
 * @throws Problem not_found, not_permitted
 */
export async function removeOwner(
  deps: Deps,
  ctx: OrgContext,
  { resourceId: id, memberId }: Ownership
): Promise<CountedResource> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.manage', ofOwners: true } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    await findMember(tx, ctx.organizationId, memberId)
    const removed = await tx
      .delete(resourceOwners)
      .where(
        and(
          eq(resourceOwners.organizationId, ctx.organizationId),
          eq(resourceOwners.resourceId, id),
          eq(resourceOwners.memberId, memberId)
        )
      )
      .returning()
    appendEvents(
      tx,
      ctx,
      placeOf(organization),
      removed.map((owner) => ownerRemoved(resource, owner.memberId))
    )
    if (removed.length > 0) await dropUnwanted(tx, ctx, organization, [id])
    return resource
  })
}
