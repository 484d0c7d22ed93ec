import { and, eq, inArray, sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import {
  type ResourceRow,
  resourceGrants,
  resourceGroupGrants,
  resourceOwners,
  resources
} from '../../db/tables/resources.js'
import { notFound } from '../../errors.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { resourceDeleted } from './resource-events.js'

export const isResource = (organizationId: string, id: string) =>
  and(eq(resources.organizationId, organizationId), eq(resources.id, id))

/** @throws Problem not_found */
export async function findResource(
  db: Db,
  organizationId: string,
  id: string
): Promise<ResourceRow> {
  const [row] = await db.select().from(resources).where(isResource(organizationId, id))
  if (!row) throw notFound()
  return row
}

/** Those of these that there are, by id. */
export async function findNamed(
  db: Db,
  organizationId: string,
  ids: readonly string[]
): Promise<ReadonlyMap<string, ResourceRow>> {
  const wanted = [...new Set(ids)]
  if (wanted.length === 0) return new Map()
  const rows = await db
    .select()
    .from(resources)
    .where(and(eq(resources.organizationId, organizationId), inArray(resources.id, wanted)))
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
        inArray(resources.id, [...new Set(ids)]),
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
