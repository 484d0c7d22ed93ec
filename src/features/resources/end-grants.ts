import { and, eq, inArray } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import {
  type GrantRow,
  type OwnerRow,
  type ResourceRow,
  resourceGrants,
  resourceOwners
} from '../../db/tables/resources.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { passOn, passOwnership } from './pass-on.js'
import { dropUnwanted, findNamed } from './queries.js'
import { ownerAdded, ownerRemoved, resourceHandedOver, resourceRevoked } from './resource-events.js'

interface Leaving {
  readonly memberIds: readonly string[]
  /** Who takes over what they had, and owned; left out: nobody. */
  readonly successorId?: string | undefined
}

/** How many more the successor is charged for, by whom it comes from. */
export type PassedOn = ReadonlyMap<string, number>

/**
 * Ends what those have, and own, whose seats end: it is the successor's, in the same way, or
 * nobody's; one event for each (OP-70, RIO-75). What the successor has already stays as it is; of
 * what several had it has what the first of them had.
 * Whether that is more than the policy lets somebody have is asked before (`openHeir`).
 */
export async function endGrants(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { memberIds, successorId }: Leaving
): Promise<PassedOn> {
  const organizationId = organization.row.id
  const taken = inTurn(memberIds, await takeGrants(tx, organizationId, memberIds))
  const owned = inTurn(memberIds, await takeOwnerships(tx, organizationId, memberIds))
  if (taken.length + owned.length === 0) return new Map()
  const named = await findNamed(tx, organizationId, [...taken, ...owned].map(resourceIdOf))
  const passed = successorId === undefined ? [] : await passOn(tx, ctx, taken, successorId)
  const heirs = successorId === undefined ? [] : await passOwnership(tx, ctx, owned, successorId)
  const isPassed = new Set(passed)
  const tell = (id: string, event: (resource: ResourceRow) => NewEvent) => {
    const resource = named.get(id)
    return resource ? [event(resource)] : []
  }
  appendEvents(tx, ctx, placeOf(organization), [
    ...taken.flatMap((grant) =>
      tell(grant.resourceId, (resource) => {
        const { memberId: from, mode } = grant
        return successorId !== undefined && isPassed.has(grant)
          ? resourceHandedOver(resource, { from, to: successorId, mode })
          : resourceRevoked(resource, { member_id: from }, mode)
      })
    ),
    ...owned.flatMap(({ resourceId, memberId }) =>
      tell(resourceId, (resource) => ownerRemoved(resource, memberId))
    ),
    ...heirs.flatMap((id) => tell(id, (resource) => ownerAdded(resource, successorId ?? '')))
  ])
  await dropUnwanted(tx, ctx, organization, [...taken, ...owned].map(resourceIdOf))
  return chargedBy(passed)
}

const resourceIdOf = ({ resourceId }: { readonly resourceId: string }) => resourceId

/** In the order of whom it is from. */
function inTurn<T extends { readonly memberId: string }>(
  memberIds: readonly string[],
  rows: readonly T[]
): T[] {
  const places = new Map(memberIds.map((id, place) => [id, place]))
  const placeOf = ({ memberId }: T) => places.get(memberId) ?? 0
  return [...rows].sort((a, b) => placeOf(a) - placeOf(b))
}

function chargedBy(passed: readonly GrantRow[]): PassedOn {
  const counts = new Map<string, number>()
  for (const { memberId, charged } of passed) {
    if (charged) counts.set(memberId, (counts.get(memberId) ?? 0) + 1)
  }
  return counts
}

async function takeGrants(
  tx: Tx,
  organizationId: string,
  memberIds: readonly string[]
): Promise<GrantRow[]> {
  return tx
    .delete(resourceGrants)
    .where(
      and(
        eq(resourceGrants.organizationId, organizationId),
        inArray(resourceGrants.memberId, [...memberIds])
      )
    )
    .returning()
}

async function takeOwnerships(
  tx: Tx,
  organizationId: string,
  memberIds: readonly string[]
): Promise<OwnerRow[]> {
  return tx
    .delete(resourceOwners)
    .where(
      and(
        eq(resourceOwners.organizationId, organizationId),
        inArray(resourceOwners.memberId, [...memberIds])
      )
    )
    .returning()
}
