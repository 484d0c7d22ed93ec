import { and, eq, sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import {
  type GroupGrantRow,
  resourceGrants,
  resourceGroupGrants,
  resources
} from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import type { Policy } from '../../policy/document.js'
import { kindOf, modeNamed } from '../../policy/resources.js'
import { appendEvents } from '../events/append-events.js'
import { findGroup } from '../groups/queries.js'
import { placeOf } from '../organizations/queries.js'
import { modeExclusive, resourceHeld, tooManyGroupResources, unknownMode } from './errors.js'
import { GROUP_RESOURCES_MAX } from './limits.js'
import { lockResource, refuseUnused } from './lock-resource.js'
import { type CountedResource, isResource } from './queries.js'
import { resourceGranted } from './resource-events.js'
import type { ToldGrant } from './schemas.js'

interface Sharing {
  readonly resourceId: string
  readonly groupId: string
  /** Left out: how the group has it, else the first of its kind. */
  readonly mode?: string | undefined
}

/**
 * Gives a resource to everybody who is, or comes, into a group, or in another way. A group that has
 * it so already keeps it, without an event.
 *
 * @throws Problem not_found, not_permitted, resources_not_used, unknown_resource_mode, mode_exclusive,
 * resource_held, too_many_group_resources
 */
export async function putGroupGrant(
  deps: Deps,
  ctx: OrgContext,
  { resourceId: id, groupId, mode: named }: Sharing
): Promise<ToldGrant> {
  return runCommand(deps, ctx, async (tx) => {
    const wanted = { id, permission: 'resource.assign', ofOwners: true } as const
    const { organization, resource } = await lockResource(deps, tx, ctx, wanted)
    refuseUnused(organization)
    await findGroup(tx, ctx, groupId)
    const before = await findGroupGrant(tx, ctx, id, groupId)
    const { policy } = organization.policy
    const mode = chooseMode(policy, resource.kind, named ?? before?.mode)
    const { kind } = resource
    if (before?.mode === mode) return { ...before, kind }
    if (!before) await refuseMore(tx, ctx, groupId)
    await share(tx, ctx, resource)
    const row: GroupGrantRow = {
      organizationId: ctx.organizationId,
      resourceId: id,
      groupId,
      mode,
      exclusive: false,
      createdAt: ctx.now
    }
    const { resourceId, organizationId } = resourceGroupGrants
    const target = [organizationId, resourceId, resourceGroupGrants.groupId]
    const set = { mode, createdAt: ctx.now }
    await tx.insert(resourceGroupGrants).values(row).onConflictDoUpdate({ target, set })
    const told = { before: before?.mode ?? null, mode }
    appendEvents(tx, ctx, placeOf(organization), [
      resourceGranted(resource, { group_id: groupId }, told)
    ])
    return { ...row, kind }
  })
}

function chooseMode(policy: Policy, kindKey: string, key: string | undefined): string {
  const kind = kindOf(policy, kindKey)
  const mode = kind && modeNamed(kind, key)
  if (!mode) {
    throw unknownMode({ kind: kindKey, modes: kind?.modes.map((one) => one.key) ?? [] })
  }
  if (mode.exclusive) throw modeExclusive({ mode: mode.key })
  return mode.key
}

async function findGroupGrant(
  tx: Tx,
  ctx: OrgContext,
  resourceId: string,
  groupId: string
): Promise<GroupGrantRow | undefined> {
  const [row] = await tx
    .select()
    .from(resourceGroupGrants)
    .where(
      and(
        eq(resourceGroupGrants.organizationId, ctx.organizationId),
        eq(resourceGroupGrants.resourceId, resourceId),
        eq(resourceGroupGrants.groupId, groupId)
      )
    )
  return row
}

async function refuseMore(tx: Tx, { organizationId }: OrgContext, groupId: string): Promise<void> {
  const count = await tx.$count(
    resourceGroupGrants,
    and(
      eq(resourceGroupGrants.organizationId, organizationId),
      eq(resourceGroupGrants.groupId, groupId)
    )
  )
  if (count >= GROUP_RESOURCES_MAX) throw tooManyGroupResources({ max: GROUP_RESOURCES_MAX })
}

/**
 * One that nobody has exclusively any more is no longer exclusive.
 *
 * @throws Problem resource_held
 */
async function share(
  tx: Tx,
  { organizationId }: OrgContext,
  { id, externalId, exclusive }: CountedResource
): Promise<void> {
  if (!exclusive) return
  const held = and(
    eq(resourceGrants.organizationId, organizationId),
    eq(resourceGrants.resourceId, id),
    sql`${resourceGrants.exclusive}`
  )
  if ((await tx.$count(resourceGrants, held)) > 0) {
    throw resourceHeld({ resource_id: id, external_id: externalId })
  }
  await tx.update(resources).set({ exclusive: false }).where(isResource(organizationId, id))
}
