import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { isUniqueViolation } from '../../db/client.js'
import { type GroupRow, groups } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { externalIdTaken } from '../../errors.js'
import { appendEvents } from '../events/append-events.js'
import { givenChanges } from '../events/given-changes.js'
import { placeOf } from '../organizations/queries.js'
import { type CountedGroup, findGroup, isGroup, lockToManageGroups } from './queries.js'
import type { GroupUpdate } from './schemas.js'

/**
 * Changes the fields that are given. A call that changes nothing leaves no event.
 *
 * @throws Problem not_permitted, not_found, external_id_taken
 */
export async function updateGroup(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  input: GroupUpdate
): Promise<CountedGroup> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManageGroups(deps, tx, ctx)
    const group = await findGroup(tx, ctx, id)
    const changes = givenChanges(group, input, COLUMNS)
    if (Object.keys(changes).length === 0) return group
    const { name = group.name, external_id: externalId = group.externalId } = input
    const { metadata = group.metadata } = input
    const changed = { name, externalId, metadata, updatedAt: ctx.now }
    await tx
      .update(groups)
      .set(changed)
      .where(isGroup(ctx.organizationId, id))
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? externalIdTaken() : error
      })
    appendEvents(tx, ctx, placeOf(organization), [
      { type: 'group.updated', subject: { type: 'group', id }, changes }
    ])
    return { ...group, ...changed }
  })
}

const COLUMNS = {
  name: 'name',
  external_id: 'externalId',
  metadata: 'metadata'
} as const satisfies Record<keyof GroupUpdate, keyof GroupRow>
