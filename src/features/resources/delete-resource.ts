import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import {
  type GrantRow,
  type GroupGrantRow,
  resourceGrants,
  resourceGroupGrants,
  resourceOwners,
  resources
} from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { openSeats } from './charged-seats.js'
import { heldByMany } from './errors.js'
import { HOLDERS_DELETED_MAX } from './limits.js'
import { lockResource } from './lock-resource.js'
import { type CountedResource, isResource } from './queries.js'
import { ownerRemoved, resourceDeleted, resourceRevoked } from './resource-events.js'

/**
 * A resource is gone: nobody has it or owns it any more, one event for each, and then its own.
 * Answers with what it was.
 *
 * @throws Problem not_found, not_permitted, resource_held_by_many
 */
export async function deleteResource(
  deps: Deps,
  ctx: OrgContext,
  id: string
): Promise<CountedResource> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.manage', ofOwners: false } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    if (resource.holdersCount > HOLDERS_DELETED_MAX) {
      throw heldByMany({ max: HOLDERS_DELETED_MAX })
    }
    const charged = await findCharged(tx, ctx, id)
    const seats = await openSeats(tx, ctx, organization, charged)
    const { grants, groupGrants, owners } = await takeAll(tx, ctx, id)
    appendEvents(tx, ctx, placeOf(organization), [
      ...grants.map(({ memberId, mode }) =>
        resourceRevoked(resource, { member_id: memberId }, mode)
      ),
      ...groupGrants.map(({ groupId, mode }) =>
        resourceRevoked(resource, { group_id: groupId }, mode)
      ),
      ...owners.map((memberId) => ownerRemoved(resource, memberId)),
      resourceDeleted(resource)
    ])
    await seats.settle(new Map(charged.map((memberId) => [memberId, -1])))
    return resource
  })
}

async function findCharged(tx: Tx, { organizationId }: OrgContext, id: string): Promise<string[]> {
  const rows = await tx
    .select({ memberId: resourceGrants.memberId })
    .from(resourceGrants)
    .where(
      and(
        eq(resourceGrants.organizationId, organizationId),
        eq(resourceGrants.resourceId, id),
        eq(resourceGrants.charged, true)
      )
    )
  return rows.map(({ memberId }) => memberId)
}

interface Taken {
  readonly grants: readonly GrantRow[]
  readonly groupGrants: readonly GroupGrantRow[]
  /** Members. */
  readonly owners: readonly string[]
}

async function takeAll(tx: Tx, { organizationId }: OrgContext, id: string): Promise<Taken> {
  const grants = await tx
    .delete(resourceGrants)
    .where(
      and(eq(resourceGrants.organizationId, organizationId), eq(resourceGrants.resourceId, id))
    )
    .returning()
  const groupGrants = await tx
    .delete(resourceGroupGrants)
    .where(
      and(
        eq(resourceGroupGrants.organizationId, organizationId),
        eq(resourceGroupGrants.resourceId, id)
      )
    )
    .returning()
  const owners = await tx
    .delete(resourceOwners)
    .where(
      and(eq(resourceOwners.organizationId, organizationId), eq(resourceOwners.resourceId, id))
    )
    .returning()
  await tx.delete(resources).where(isResource(organizationId, id))
  return { grants, groupGrants, owners: owners.map(({ memberId }) => memberId) }
}
