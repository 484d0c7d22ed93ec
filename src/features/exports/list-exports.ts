import { eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type ExportRow, exports } from '../../db/tables/exports.js'
import type { Deps } from '../../deps.js'
import { refuseCanceledReader } from './queries.js'

/**
 * The exports of an organization, newest first; those whose files are gone stay listed.
 *
 * @throws Problem organization_canceled
 */
export async function listExports(
  { db }: Deps,
  ctx: OrgContext,
  page: PageRequest
): Promise<PageResult<ExportRow>> {
  refuseCanceledReader(ctx)
  const where = eq(exports.organizationId, ctx.organizationId)
  return selectPage(db, exports, { where, newestFirst: true }, page)
}
