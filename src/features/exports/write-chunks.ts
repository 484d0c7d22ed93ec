import type { Tx } from '../../db/client.js'
import { type ExportRow, exportChunks } from '../../db/tables/exports.js'
import type { Line } from './lines.js'

/** What is held in memory of a file, written or read. A longer line has a chunk of its own. */
export const CHUNK_BYTES_MAX = 524_288

type FileSize = { readonly lineCount: number; readonly byteCount: number }

/** Writes lines as NDJSON, whole lines in each chunk, chunks numbered from 1. */
export async function writeChunks(
  tx: Tx,
  { organizationId, id: exportId }: ExportRow,
  pages: AsyncIterable<readonly Line[]>
): Promise<FileSize> {
  let [number, lineCount, byteCount] = [0, 0, 0]
  let pending: Buffer[] = []
  let size = 0
  const flush = async () => {
    if (size === 0) return
    number += 1
    const content = Buffer.concat(pending, size)
    await tx.insert(exportChunks).values({ organizationId, exportId, number, content })
    byteCount += size
    pending = []
    size = 0
  }
  for await (const lines of pages) {
    for (const line of lines) {
      const bytes = Buffer.from(`${JSON.stringify(line)}\n`)
      if (size + bytes.length > CHUNK_BYTES_MAX) await flush()
      pending.push(bytes)
      size += bytes.length
      lineCount += 1
    }
  }
  await flush()
  return { lineCount, byteCount }
}
