import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { groups } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { endGroupGrants } from '../resources/end-group-grants.js'
import { type CountedGroup, findGroup, isGroup, lockToManageGroups } from './queries.js'

/**
 * Deletes a group; its members stay what they are in the organization, without what they had by it.
 * Answers with what it was.
 *
 * @throws Problem not_permitted, not_found
 */
export async function deleteGroup(deps: Deps, ctx: OrgContext, id: string): Promise<CountedGroup> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManageGroups(deps, tx, ctx)
    const group = await findGroup(tx, ctx, id)
    await endGroupGrants(tx, ctx, organization, id)
    // Who was in it goes with it, by the foreign key.
    await tx.delete(groups).where(isGroup(ctx.organizationId, id))
    const { name, externalId, membersCount } = group
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'group.deleted',
        subject: { type: 'group', id },
        data: { name, external_id: externalId, members_count: membersCount }
      }
    ])
    return group
  })
}
