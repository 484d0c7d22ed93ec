import { and, eq } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { type ExportRow, exportChunks } from '../../db/tables/exports.js'
import type { Deps } from '../../deps.js'
import { exportExpired, exportNotFinished } from './errors.js'
import { exportStatusAt, findExport, refuseCanceledReader } from './queries.js'

/** A finished file, read as it is sent. */
export interface ExportFile {
  readonly name: string
  readonly byteCount: number
  readonly chunks: AsyncIterable<Buffer>
}

/**
 * The file of an export. Its chunks are read one by one, each when the one before has been taken, and
 * no connection is kept in between: a slow reader holds nothing up.
 *
 * @throws Problem organization_canceled, not_found, export_not_finished, export_expired
 */
export async function readExport({ db }: Deps, ctx: OrgContext, id: string): Promise<ExportFile> {
  refuseCanceledReader(ctx)
  const row = await findExport(db, ctx.organizationId, id)
  const status = exportStatusAt(row, ctx.now)
  if (status === 'expired') throw exportExpired({ expired_at: row.expiresAt?.toISOString() })
  if (status !== 'finished') throw exportNotFinished({ export_status: status })
  const { organizationId, byteCount, finishedAt } = row
  if (byteCount === null || finishedAt === null) throw new Error('a finished file has been written')
  const day = finishedAt.toISOString().slice(0, 10)
  return {
    name: `muster-export-${organizationId}-${day}.ndjson`,
    byteCount,
    chunks: readChunks(db, row, byteCount)
  }
}

async function* readChunks(
  db: Db,
  { organizationId, id }: ExportRow,
  byteCount: number
): AsyncGenerator<Buffer> {
  let left = byteCount
  for (let number = 1; left > 0; number += 1) {
    const [chunk] = await db
      .select({ content: exportChunks.content })
      .from(exportChunks)
      .where(
        and(
          eq(exportChunks.organizationId, organizationId),
          eq(exportChunks.exportId, id),
          eq(exportChunks.number, number)
        )
      )
    // Expired meanwhile: whoever reads must see that the file is not whole.
    if (!chunk) throw new Error('the rest of the file is gone')
    left -= chunk.content.length
    yield chunk.content
  }
}
