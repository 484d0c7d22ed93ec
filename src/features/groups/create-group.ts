import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { isUniqueViolation } from '../../db/client.js'
import { groups } from '../../db/tables/groups.js'
import type { Deps } from '../../deps.js'
import { externalIdTaken } from '../../errors.js'
import { newId } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { placeOf } from '../organizations/queries.js'
import { tooManyGroups } from './errors.js'
import { type CountedGroup, lockToManageGroups } from './queries.js'
import type { GroupCreate } from './schemas.js'

/** Groups of one organization. */
const GROUPS_MAX = 1_000

/**
 * Makes a set of members: a department, a project, a place (OUPI-62, OUPI-96, OP-30).
 *
 * @throws Problem not_permitted, too_many_groups, external_id_taken
 */
export async function createGroup(
  deps: Deps,
  ctx: OrgContext,
  { name, external_id: externalId, metadata = {} }: GroupCreate
): Promise<CountedGroup> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockToManageGroups(deps, tx, ctx)
    const { organizationId } = ctx
    const count = await tx.$count(groups, eq(groups.organizationId, organizationId))
    if (count >= GROUPS_MAX) throw tooManyGroups({ max: GROUPS_MAX })
    const row = {
      organizationId,
      id: newId('grp'),
      externalId: externalId ?? null,
      name,
      metadata,
      createdAt: ctx.now,
      updatedAt: ctx.now
    }
    await tx
      .insert(groups)
      .values(row)
      .catch((error: unknown) => {
        throw isUniqueViolation(error) ? externalIdTaken() : error
      })
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'group.created',
        subject: { type: 'group', id: row.id },
        data: { name, external_id: row.externalId }
      }
    ])
    return { ...row, membersCount: 0 }
  })
}
