import { and, eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { resourceGroupGrants } from '../../db/tables/resources.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { dropUnwanted, findNamed } from './queries.js'
import { resourceRevoked } from './resource-events.js'

/** Ends what a group has that is about to go, one event for each. */
export async function endGroupGrants(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  groupId: string
): Promise<void> {
  const organizationId = organization.row.id
  const ended = await tx
    .delete(resourceGroupGrants)
    .where(
      and(
        eq(resourceGroupGrants.organizationId, organizationId),
        eq(resourceGroupGrants.groupId, groupId)
      )
    )
    .returning()
  const ids = ended.map(({ resourceId }) => resourceId)
  const named = await findNamed(tx, organizationId, ids)
  appendEvents(
    tx,
    ctx,
    placeOf(organization),
    ended.flatMap(({ resourceId, mode }) => {
      const resource = named.get(resourceId)
      return resource ? [resourceRevoked(resource, { group_id: groupId }, mode)] : []
    })
  )
  await dropUnwanted(tx, ctx, organization, ids)
}
