import { and, eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import {
  type GrantRow,
  type ResourceRow,
  resourceGrants,
  resourceOwners
} from '../../db/tables/resources.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { dropUnwanted, findNamed } from './queries.js'
import { ownerAdded, ownerRemoved, resourceHandedOver, resourceRevoked } from './resource-events.js'

interface Leaving {
  readonly memberId: string
  /** Who takes over what they had, and owned; left out: nobody. */
  readonly successorId?: string | undefined
}

/**
 * Ends what somebody has, and owns, whose seat ends: it is the successor's, in the same way, or
 * nobody's; one event for each (OP-70, RIO-75). What the successor has already stays as it is.
 * Answers with how many of the successor's are charged more.
 */
export async function endGrants(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { memberId, successorId }: Leaving
): Promise<number> {
  const organizationId = organization.row.id
  const taken = await takeGrants(tx, organizationId, memberId)
  const owned = await takeOwnerships(tx, organizationId, memberId)
  const ids = [...taken.map((grant) => grant.resourceId), ...owned]
  if (ids.length === 0) return 0
  const named = await findNamed(tx, organizationId, ids)
  const passed = successorId === undefined ? [] : await passOn(tx, ctx, taken, successorId)
  const heirs =
    successorId === undefined
      ? []
      : await passOwnership(tx, ctx, { organizationId, owned, successorId })
  const tell = (id: string, event: (resource: ResourceRow) => NewEvent) => {
    const resource = named.get(id)
    return resource ? [event(resource)] : []
  }
  appendEvents(tx, ctx, placeOf(organization), [
    ...taken.flatMap(({ resourceId, mode }) =>
      tell(resourceId, (resource) =>
        successorId !== undefined && passed.some((one) => one.resourceId === resourceId)
          ? resourceHandedOver(resource, { from: memberId, to: successorId, mode })
          : resourceRevoked(resource, { member_id: memberId }, mode)
      )
    ),
    ...owned.flatMap((id) => tell(id, (resource) => ownerRemoved(resource, memberId))),
    ...heirs.flatMap((id) => tell(id, (resource) => ownerAdded(resource, successorId ?? '')))
  ])
  await dropUnwanted(
    tx,
    ctx,
    organization,
    taken.map((grant) => grant.resourceId)
  )
  return passed.filter(({ charged }) => charged).length
}

async function takeGrants(tx: Tx, organizationId: string, memberId: string): Promise<GrantRow[]> {
  return tx
    .delete(resourceGrants)
    .where(
      and(eq(resourceGrants.organizationId, organizationId), eq(resourceGrants.memberId, memberId))
    )
    .returning()
}

async function takeOwnerships(tx: Tx, organizationId: string, memberId: string): Promise<string[]> {
  const taken = await tx
    .delete(resourceOwners)
    .where(
      and(eq(resourceOwners.organizationId, organizationId), eq(resourceOwners.memberId, memberId))
    )
    .returning()
  return taken.map(({ resourceId }) => resourceId)
}

/** What the successor does not have yet, in any way. */
async function passOn(
  tx: Tx,
  { now }: CallContext,
  taken: readonly GrantRow[],
  successorId: string
): Promise<GrantRow[]> {
  if (taken.length === 0) return []
  return tx
    .insert(resourceGrants)
    .values(
      taken.map((grant) => ({ ...grant, memberId: successorId, lastUsedAt: null, createdAt: now }))
    )
    .onConflictDoNothing()
    .returning()
}

async function passOwnership(
  tx: Tx,
  { now: createdAt }: CallContext,
  {
    organizationId,
    owned,
    successorId: memberId
  }: {
    readonly organizationId: string
    readonly owned: readonly string[]
    readonly successorId: string
  }
): Promise<string[]> {
  if (owned.length === 0) return []
  const added = await tx
    .insert(resourceOwners)
    .values(owned.map((resourceId) => ({ organizationId, resourceId, memberId, createdAt })))
    .onConflictDoNothing()
    .returning()
  return added.map(({ resourceId }) => resourceId)
}
