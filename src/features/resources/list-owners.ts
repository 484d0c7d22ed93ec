import { and, asc, eq, gt, sql } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { PageRequest, PageResult } from '../../db/page.js'
import { type OwnerRow, resourceOwners } from '../../db/tables/resources.js'
import type { Deps } from '../../deps.js'
import { findResource } from './queries.js'

/** Ordered by the member. */
type ListedOwner = OwnerRow & { readonly id: string }

/**
 * Who owns a resource, as everybody is told who may see it: it is they who can be asked for it.
 *
 * @throws Problem not_found, also where whoever asks may not see it
 */
export async function listOwners(
  { db }: Deps,
  ctx: OrgContext,
  id: string,
  { limit, after, includeTotal }: PageRequest
): Promise<PageResult<ListedOwner>> {
  await findResource(db, ctx, id)
  const { organizationId, resourceId, memberId } = resourceOwners
  const where = and(eq(organizationId, ctx.organizationId), eq(resourceId, id))
  const rows = await db
    .select()
    .from(resourceOwners)
    .where(and(where, after === undefined ? sql`true` : gt(memberId, after)))
    .orderBy(asc(memberId))
    .limit(limit + 1)
  return {
    rows: rows.map((row) => ({ ...row, id: row.memberId })),
    total: includeTotal ? await db.$count(resourceOwners, where) : undefined
  }
}
