import { and, eq, lte, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { type ExportRow, exports } from '../../db/tables/exports.js'
import { idToUuid } from '../../ids.js'
import { defineSweep } from '../../jobs/job.js'
import { isExport } from './queries.js'

const MINUTE_MS = 60_000
const EXPORTS_MAX = 20
/** 50 MB, as chunks are. */
const CHUNKS_MAX = 100

/**
 * Deletes the files of exports that have expired, and then writes down that they have. Nobody waits
 * for this: answers compare the instants themselves.
 */
export const expireExports = defineSweep({
  name: 'expire-exports',
  everyMs: 10 * MINUTE_MS,

  async run({ db, now }) {
    const due = await db
      .select()
      .from(exports)
      .where(and(eq(exports.status, 'finished'), lte(exports.expiresAt, now())))
      .limit(EXPORTS_MAX)
    for (const row of due) {
      const deleted = await deleteChunks(db, row)
      // The others wait for the next batch, so that each is bounded.
      if (deleted === CHUNKS_MAX) break
      await db
        .update(exports)
        .set({ status: 'expired' })
        .where(isExport(row.organizationId, row.id))
    }
    return due.length
  }
})

async function deleteChunks(db: Db, { organizationId, id }: ExportRow): Promise<number> {
  const { rowCount } = await db.execute(sql`
    delete from export_chunks where ctid in (
      select ctid from export_chunks
      where organization_id = ${idToUuid('org', organizationId)} and export_id = ${idToUuid('exp', id)}
      limit ${CHUNKS_MAX})`)
  return rowCount ?? 0
}
