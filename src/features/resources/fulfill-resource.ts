import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { resourceFulfilledAlready } from './errors.js'
import { lockResource } from './lock-resource.js'
import { type CountedResource, writeResource } from './queries.js'
import { resourceFulfilled } from './resource-events.js'
import type { ResourceFulfill } from './schemas.js'

/**
 * What was asked for is there: the host has made it, and says what it calls it. Said again it
 * answers the same.
 *
 * @throws Problem not_found, not_permitted, resource_fulfilled, external_id_taken
 */
export async function fulfillResource(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  { external_id: externalId, ...input }: ResourceFulfill
): Promise<CountedResource> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.manage', ofOwners: false } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    if (resource.status === 'active') {
      if (resource.externalId === externalId) return resource
      throw resourceFulfilledAlready({ external_id: resource.externalId })
    }
    const { name = resource.name, metadata = resource.metadata } = input
    const patch = { status: 'active', externalId, name, metadata } as const
    const fulfilled = await writeResource(tx, ctx, resource, patch)
    appendEvents(tx, ctx, placeOf(organization), [resourceFulfilled(fulfilled)])
    return fulfilled
  })
}
