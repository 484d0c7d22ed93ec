import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { isUniqueViolation } from '../../db/client.js'
import { type ResourceRow, resources } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { externalIdTaken } from '../../errors.js'
import { newId } from '../../ids.js'
import { kindNamed } from '../../policy/resources.js'
import { appendEvents } from '../events/append-events.js'
import { lockToUse, placeOf } from '../organizations/queries.js'
import { resourceLimit, unknownKind } from './errors.js'
import { RESOURCES_MAX } from './limits.js'
import { refuseUnused } from './lock-resource.js'
import type { CountedResource } from './queries.js'
import { resourceCreated } from './resource-events.js'
import type { ResourceCreate } from './schemas.js'

/**
 * Registers something of the host’s that members can be given: a number, a workspace, a project.
 *
 * @throws Problem not_permitted, resources_not_used, unknown_resource_kind, resource_limit_reached,
 * external_id_taken
 */
export async function createResource(
  deps: Deps,
  ctx: OrgContext,
  { kind: named, external_id: externalId, name, metadata = {} }: ResourceCreate
): Promise<CountedResource> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToUse(deps, tx, ctx, 'resource.manage')
    refuseUnused(organization)
    const { policy } = organization.policy
    const kind = kindNamed(policy, named)?.key
    if (kind === undefined) {
      throw unknownKind({ kinds: policy.resources.kinds.map(({ key }) => key) })
    }
    const { organizationId, now } = ctx
    const count = await tx.$count(resources, eq(resources.organizationId, organizationId))
    if (count >= RESOURCES_MAX) throw resourceLimit({ max: RESOURCES_MAX })
    const row: ResourceRow = {
      organizationId,
      id: newId('res'),
      kind,
      externalId,
      name: name ?? null,
      status: 'active',
      exclusive: false,
      metadata,
      createdAt: now,
      updatedAt: now
    }
    await tx
      .insert(resources)
      .values(row)
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? externalIdTaken() : error
      })
    appendEvents(tx, ctx, placeOf(organization), [resourceCreated(row)])
    return { ...row, holdersCount: 0 }
  })
}
