import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { ResourceRow } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { givenChanges } from '../events/given-changes.js'
import { placeOf } from '../organizations/queries.js'
import { resourceNotFulfilled } from './errors.js'
import { lockResource } from './lock-resource.js'
import { type CountedResource, writeResource } from './queries.js'
import { resourceUpdated } from './resource-events.js'
import type { ResourceUpdate } from './schemas.js'

/**
 * Changes the fields that are given: by `resource.settings`, or by owners of this one (OP-36). A call
 * that changes nothing leaves no event.
 *
 * @throws Problem not_found, not_permitted, resource_not_fulfilled, external_id_taken
 */
export async function updateResource(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  input: ResourceUpdate
): Promise<CountedResource> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.settings', ofOwners: true } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    const changes = givenChanges(resource, input, COLUMNS)
    if (Object.keys(changes).length === 0) return resource
    if (resource.status === 'requested' && 'external_id' in changes) throw resourceNotFulfilled()
    const { name = resource.name, external_id: externalId = resource.externalId } = input
    const { metadata = resource.metadata } = input
    const updated = await writeResource(tx, ctx, resource, { name, externalId, metadata })
    appendEvents(tx, ctx, placeOf(organization), [resourceUpdated(updated, changes)])
    return updated
  })
}

const COLUMNS = {
  name: 'name',
  external_id: 'externalId',
  metadata: 'metadata'
} as const satisfies Record<keyof ResourceUpdate, keyof ResourceRow>
