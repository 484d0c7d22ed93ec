import { and, eq, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type ResourceRow, resourceGrants } from '../../db/tables/resources.js'
import { idToUuid } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { allowed, judgeAll, type Outcome, outcomesOf } from '../members/outcome.js'
import type { LockedMembers } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import { openSeats } from './charged-seats.js'
import { findHeld } from './grant-to-members.js'
import { dropUnwanted } from './queries.js'
import { resourceRevoked } from './resource-events.js'

/**
 * Takes a resource from members. Whoever has it not stays without, without an event; what the host
 * was to make, and nobody waits for any more, is gone.
 */
export async function revokeFromMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  resource: ResourceRow
): Promise<Outcome[]> {
  const memberIds = members.map(({ member }) => member.id)
  const held = await findHeld(tx, ctx, resource.id, memberIds)
  const judged = judgeAll(members, ({ member }) =>
    held.has(member.id) ? undefined : { status: 'unchanged', member }
  )
  const holders = allowed(judged).map(({ member }) => member.id)
  if (holders.length === 0) return outcomesOf(judged, [])
  const seats = await openSeats(tx, ctx, organization, holders)
  await deleteGrants(tx, resource, holders)
  const taken = holders.flatMap((id) => held.get(id) ?? [])
  appendEvents(
    tx,
    ctx,
    placeOf(organization),
    taken.map(({ memberId, mode }) => resourceRevoked(resource, { member_id: memberId }, mode))
  )
  await dropUnwanted(tx, ctx, organization, [resource.id])
  await seats.settle(new Map(taken.map(({ memberId, charged }) => [memberId, charged ? -1 : 0])))
  return outcomesOf(judged, [])
}

async function deleteGrants(
  tx: Tx,
  { organizationId, id }: ResourceRow,
  memberIds: readonly string[]
): Promise<void> {
  const ids = sql.param(memberIds.map((one) => idToUuid('mem', one)))
  await tx
    .delete(resourceGrants)
    .where(
      and(
        eq(resourceGrants.organizationId, organizationId),
        eq(resourceGrants.resourceId, id),
        sql`${resourceGrants.memberId} = any(${ids}::uuid[])`
      )
    )
}
