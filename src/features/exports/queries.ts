import { and, eq, inArray } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { type ExportRow, exports } from '../../db/tables/exports.js'
import { notFound } from '../../errors.js'
import { refuseCanceled } from '../../standing.js'

/** Not ended yet. */
const OPEN = ['queued', 'running'] as const

export const isExport = (organizationId: string, id: string) =>
  and(eq(exports.organizationId, organizationId), eq(exports.id, id))

export const isOpen = inArray(exports.status, [...OPEN])

/** The stored instant decides whether it has expired, not when the sweep has written that down. */
export function exportStatusAt(row: ExportRow, now: Date): ExportRow['status'] {
  const lapsed = row.expiresAt !== null && row.expiresAt <= now
  return row.status === 'finished' && lapsed ? 'expired' : row.status
}

/** @throws Problem not_found */
export async function findExport(db: Db, organizationId: string, id: string): Promise<ExportRow> {
  const [row] = await db.select().from(exports).where(isExport(organizationId, id))
  if (!row) throw notFound()
  return row
}

/**
 * Members of a canceled organization have what was exported where it can still be exported, and
 * lose it together with all other access where it cannot (RIO-79, RIO-83).
 *
 * @throws Problem organization_canceled
 */
export function refuseCanceledReader({ actor, standing, policy: { policy } }: OrgContext): void {
  if (actor.type !== 'member' || policy.exports.after_cancel) return
  const refusal = refuseCanceled(standing, policy)
  if (refusal) throw refusal
}
