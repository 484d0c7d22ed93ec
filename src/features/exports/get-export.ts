import type { OrgContext } from '../../context.js'
import type { ExportRow } from '../../db/tables/exports.js'
import type { Deps } from '../../deps.js'
import { findExport, refuseCanceledReader } from './queries.js'

/** @throws Problem organization_canceled, not_found */
export async function getExport({ db }: Deps, ctx: OrgContext, id: string): Promise<ExportRow> {
  refuseCanceledReader(ctx)
  return findExport(db, ctx.organizationId, id)
}
