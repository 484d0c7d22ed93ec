import { and, eq, getTableColumns, type SQL, sql } from 'drizzle-orm'
import type { CallContext, OrgContext } from '../../context.js'
import { type Db, isUniqueViolation, type Tx } from '../../db/client.js'
import {
  type ResourceRow,
  resourceGrants,
  resourceGroupGrants,
  resourceOwners,
  resources
} from '../../db/tables/resources.js'
import { externalIdTaken, notFound } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { unknownResource } from './errors.js'
import { resourceDeleted } from './resource-events.js'
import { visibleTo } from './sight.js'

export const isResource = (organizationId: string, id: string) =>
  and(eq(resources.organizationId, organizationId), eq(resources.id, id))

/** A resource, and how many members have it themselves: those who have it by a group not counted. */
export type CountedResource = ResourceRow & { readonly holdersCount: number }

/** For a select from `resources`. */
export const holdersCount = sql<number>`(select count(*)::int from resource_grants counted
  where counted.organization_id = resources.organization_id and counted.resource_id = resources.id)`
export const countedColumns = { ...getTableColumns(resources), holdersCount }

/** @throws Problem not_found, also where whoever asks may not see it */
export async function findResource(db: Db, ctx: OrgContext, id: string): Promise<CountedResource> {
  const [row] = await db
    .select(countedColumns)
    .from(resources)
    .where(and(isResource(ctx.organizationId, id), visibleTo(ctx)))
  if (!row) throw notFound()
  return row
}

/**
 * Of one whose organization is locked.
 *
 * @throws Problem external_id_taken
 */
export async function writeResource(
  tx: Tx,
  { now }: CallContext,
  before: CountedResource,
  patch: Partial<Pick<ResourceRow, 'name' | 'externalId' | 'metadata' | 'status'>>
): Promise<CountedResource> {
  const changed = { ...patch, updatedAt: now }
  await tx
    .update(resources)
    .set(changed)
    .where(isResource(before.organizationId, before.id))
    .catch((error: unknown) => {
      throw isUniqueViolation(error) ? externalIdTaken() : error
    })
  return { ...before, ...changed }
}

/** One parameter, however many they are. */
const isAmong = (ids: readonly string[]): SQL =>
  sql`${resources.id} = any(${sql.param([...new Set(ids)].map((id) => idToUuid('res', id)))}::uuid[])`

/** Those of these that there are, by id. */
export async function findNamed(
  db: Db,
  organizationId: string,
  ids: readonly string[]
): Promise<ReadonlyMap<string, ResourceRow>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .select()
    .from(resources)
    .where(and(eq(resources.organizationId, organizationId), isAmong(ids)))
  return new Map(rows.map((row) => [row.id, row]))
}

/** What the host was to make, and nobody waits for any more, is gone. */
export async function dropUnwanted(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  ids: readonly string[]
): Promise<void> {
  if (ids.length === 0) return
  const organizationId = organization.row.id
  const dropped = await tx
    .delete(resources)
    .where(
      and(
        eq(resources.organizationId, organizationId),
        isAmong(ids),
        eq(resources.status, 'requested'),
        ...[resourceGrants, resourceGroupGrants, resourceOwners].map(
          (table) => sql`not exists (select from ${table}
            where ${table.organizationId} = ${resources.organizationId}
              and ${table.resourceId} = ${resources.id})`
        )
      )
    )
    .returning()
  appendEvents(tx, ctx, placeOf(organization), dropped.map(resourceDeleted))
}

/** Told to whoever names resources that the organization does not have. */
export const nothingCalled = (names: readonly string[]) => unknownResource({ resources: names })
