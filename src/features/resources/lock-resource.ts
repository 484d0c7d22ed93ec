import { sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { resources } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import type { Permission } from '../../policy/permissions.js'
import { enforce } from '../../refusals.js'
import { type LockedOrganization, lockOrganization } from '../organizations/queries.js'
import { noResources } from './errors.js'
import { type CountedResource, countedColumns, isResource } from './queries.js'
import { heldBy, isOneOf, ownedBy, seesAll } from './sight.js'

export interface LockedResource {
  readonly organization: LockedOrganization
  readonly resource: CountedResource
}

interface Wanted {
  readonly id: string
  readonly permission: Permission
  /** Whether an owner may it by a permission for one’s own. */
  readonly ofOwners: boolean
}

/**
 * First thing in a command on one resource. Whoever may not see it, and may not do this to every
 * resource, is told that there is none.
 *
 * @throws Problem not_found, not_permitted
 */
export async function lockResource(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  wanted: Wanted
): Promise<LockedResource> {
  const { organizationId } = ctx
  const organization = await lockOrganization(deps, tx, ctx, { organizationId })
  return { organization, resource: await openResource(tx, ctx, organization, wanted) }
}

/** The same once the organization is locked. */
export async function openResource(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { id, permission, ofOwners }: Wanted
): Promise<CountedResource> {
  const {
    policy: { policy },
    actor
  } = organization
  const { resource, isOwned, isHeld } = await findFor(tx, ctx, id)
  const mayAll = decide(policy, actor, { type: 'use', permission })
  const isVisible = mayAll.allowed || isOwned || isHeld || seesAll(policy, actor)
  if (!isVisible) throw notFound()
  enforce(decide(policy, actor, { type: 'use', permission, own: ofOwners && isOwned }))
  return resource
}

interface Found {
  readonly resource: CountedResource
  /** By the acting member. */
  readonly isOwned: boolean
  readonly isHeld: boolean
}

/** @throws Problem not_found */
async function findFor(tx: Tx, { organizationId, actor }: OrgContext, id: string): Promise<Found> {
  const [isOwned, isHeld] =
    actor.type === 'member'
      ? [isOneOf(ownedBy(organizationId, actor.id)), isOneOf(heldBy(organizationId, actor.id))]
      : [sql`false`, sql`false`]
  const [row] = await tx
    .select({
      ...countedColumns,
      isOwned: sql<boolean>`${isOwned}`,
      isHeld: sql<boolean>`${isHeld}`
    })
    .from(resources)
    .where(isResource(organizationId, id))
  if (!row) throw notFound()
  const { isOwned: owned, isHeld: held, ...resource } = row
  return { resource, isOwned: owned, isHeld: held }
}

/** @throws Problem resources_not_used */
export function refuseUnused({ policy: { policy } }: LockedOrganization): void {
  if (policy.resources.kinds.length === 0) throw noResources()
}
