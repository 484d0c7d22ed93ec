import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { type OwnerRow, resourceOwners } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { kindOf } from '../../policy/resources.js'
import { appendEvents } from '../events/append-events.js'
import { findMember } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import { holderRemoved, kindWithoutOwners, tooManyOwners } from './errors.js'
import { OWNERS_MAX } from './limits.js'
import { lockResource, refuseUnused } from './lock-resource.js'
import { ownerAdded } from './resource-events.js'

/** A member, as it owns a resource or does not. */
export interface Ownership {
  readonly resourceId: string
  readonly memberId: string
}

/**
 * Makes a member an owner of this resource, whom the policy lets rule it whatever their role (OP-34);
 * the invited too, from the acceptance on. Whoever owns it already does, without an event.
 *
 * @throws Problem not_found, not_permitted, resources_not_used, resource_without_owners,
 * resource_holder_removed, too_many_owners
 */
export async function addOwner(
  deps: Deps,
  ctx: OrgContext,
  { resourceId: id, memberId }: Ownership
): Promise<OwnerRow> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.manage', ofOwners: true } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    refuseUnused(organization)
    const { kind } = resource
    if (kindOf(organization.policy.policy, kind)?.owners !== true) throw kindWithoutOwners({ kind })
    const { organizationId } = ctx
    const { status } = await findMember(tx, organizationId, memberId)
    if (status === 'removed') throw holderRemoved({ member_id: memberId })
    const owners = await tx
      .select()
      .from(resourceOwners)
      .where(
        and(eq(resourceOwners.organizationId, organizationId), eq(resourceOwners.resourceId, id))
      )
    const known = owners.find((owner) => owner.memberId === memberId)
    if (known) return known
    if (owners.length >= OWNERS_MAX) throw tooManyOwners({ max: OWNERS_MAX })
    const row = { organizationId, resourceId: id, memberId, createdAt: ctx.now }
    tx.add(resourceOwners, [row])
    appendEvents(tx, ctx, placeOf(organization), [ownerAdded(resource, memberId)])
    return row
  })
}
