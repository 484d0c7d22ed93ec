import { and, eq, sql } from 'drizzle-orm'
import { exportChunks, exports } from '../../src/db/tables/exports.js'
import { buildExport } from '../../src/features/exports/build-export.job.js'
import type { TestApp } from './app.js'
import { untilBlocked } from './database.js'
import { runAllJobs } from './jobs.js'

export interface Line {
  readonly type: string
  // biome-ignore lint: checked by what the tests expect
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data: any
}

/** Every line of a file; throws at one that is not JSON, or has no end. */
export function linesOf(file: string): Line[] {
  const lines = file.split('\n')
  if (lines.pop() !== '') throw new Error('the last line has no end')
  return lines.map((line) => JSON.parse(line) as Line)
}

export const dataOf = (lines: readonly Line[], type: string): Line['data'][] =>
  lines.filter((line) => line.type === type).map(({ data }) => data)

/** Exports an organization, and answers with the export as it is then, and its lines. */
export async function exportAll({ call, deps }: TestApp, path: string) {
  const { body: started } = await call('POST', `${path}/exports`)
  await runAllJobs(deps)
  const at = `${path}/exports/${String(started.id)}`
  const { body: finished } = await call('GET', at)
  const { body: file } = await call('GET', `${at}/download`)
  return { id: started.id as string, at, finished, file: String(file), lines: linesOf(file) }
}

export const chunksOf = ({ deps }: TestApp, id: string) =>
  deps.db
    .select()
    .from(exportChunks)
    .where(eq(exportChunks.exportId, id))
    .orderBy(exportChunks.number)

/** A finished export with a file of so many chunks. */
export async function insertExport(
  { deps: { db }, clock }: TestApp,
  row: { organizationId: string; id: string },
  { chunks, content = Buffer.from('{}\n') }: { chunks: number; content?: Buffer }
): Promise<void> {
  const { now } = clock
  await db.insert(exports).values({
    ...row,
    status: 'finished',
    requestedByType: 'api_key',
    byteCount: chunks * content.length,
    lineCount: chunks,
    createdAt: now,
    startedAt: now,
    finishedAt: now,
    expiresAt: new Date(now.getTime() + 7 * 86_400_000)
  })
  for (let number = 1; number <= chunks; number += 1) {
    const { organizationId, id: exportId } = row
    await db.insert(exportChunks).values({ organizationId, exportId, number, content })
  }
}

export const isExport = ({ organizationId, id }: { organizationId: string; id: string }) =>
  and(eq(exports.organizationId, organizationId), eq(exports.id, id))

/** Starts an export; `run` does its job once, as a worker does. */
export async function startExport({ call, deps }: TestApp, org: { id: string; path: string }) {
  const { body } = await call('POST', `${org.path}/exports`)
  const payload = { organization_id: org.id, export_id: body.id as string }
  const at = `${org.path}/exports/${payload.export_id}`
  return {
    id: payload.export_id,
    at,
    read: async () => (await call('GET', at)).body,
    download: () => call('GET', `${at}/download`),
    run: () => buildExport.run(deps, payload),
    giveUp: () => buildExport.giveUp?.(deps, payload)
  }
}

/** Runs a build that stops before it reads the billing entries, until `meanwhile` is done. */
export async function inTheMiddle(
  { deps: { db } }: TestApp,
  run: () => Promise<void>,
  meanwhile: () => Promise<unknown>
): Promise<void> {
  const { build } = await db.transaction(async (tx) => {
    await tx.execute(sql`lock table billing_entries in access exclusive mode`)
    const build = run()
    build.catch(() => undefined)
    await untilBlocked(db)
    await meanwhile()
    return { build }
  })
  await build
}
