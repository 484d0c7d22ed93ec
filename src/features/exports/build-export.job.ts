import { Type } from '@sinclair/typebox'
import { and, eq, sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Db } from '../../db/client.js'
import { type ExportRow, exportChunks, exports } from '../../db/tables/exports.js'
import { type OrganizationRow, organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { idPattern } from '../../ids.js'
import { defineJob } from '../../jobs/job.js'
import { organizationStatusAt } from '../../standing.js'
import { appendEvents } from '../events/append-events.js'
import { currentPolicyOf, lockOrganization, placeOf } from '../organizations/queries.js'
import { senderSettingsOf } from '../organizations/sender-settings.js'
import { tellEverything } from './contents.js'
import { isExport, isOpen } from './queries.js'
import { writeChunks } from './write-chunks.js'

/** How long a finished file can be downloaded. */
const KEPT_MS = 7 * 86_400_000

/** 10 s, 40 s, 2 min 40 s, 11 min. */
const FIRST_WAIT_MS = 10_000
const WAIT_FACTOR = 4

/**
 * Builds the file of an export that has not ended yet. What is told, in chunks, and how much it is
 * are written together: a run that is killed leaves nothing of it, and one that finds it written only
 * ends the export. Of an organization that is deleted nothing is built.
 */
export const buildExport = defineJob({
  name: 'build-export',
  payload: Type.Object({
    organization_id: Type.String({ pattern: idPattern('org') }),
    export_id: Type.String({ pattern: idPattern('exp') })
  }),
  attempts: 5,
  backoffMs: (attempt) => FIRST_WAIT_MS * WAIT_FACTOR ** (attempt - 1),

  async run(deps, { organization_id: organizationId, export_id: id }) {
    const of = { organizationId, id }
    await oneAtATime(async () => {
      const open = await findOpen(deps.db, of, deps.now())
      if (!open) return
      await begin(deps, open.row)
      if (open.row.byteCount === null) await write(deps, of)
      await end(deps, of, 'finished')
    })
  },

  async giveUp(deps, { organization_id: organizationId, export_id: id }) {
    const of = { organizationId, id }
    if (await findOpen(deps.db, of, deps.now())) await end(deps, of, 'failed')
  }
})

/** Which export. */
type Named = Pick<ExportRow, 'organizationId' | 'id'>

let last: Promise<unknown> = Promise.resolve()

/** In this process: a build keeps a connection of the pool for as long as it takes. */
function oneAtATime(work: () => Promise<void>): Promise<void> {
  const run = last.then(work)
  last = run.catch(() => undefined)
  return run
}

interface OpenExport {
  readonly row: ExportRow
  readonly organization: OrganizationRow
}

/** Undefined: it has ended, or the organization is deleted. */
async function findOpen(
  db: Db,
  { organizationId, id }: Named,
  now: Date
): Promise<OpenExport | undefined> {
  const [open] = await db
    .select({ row: exports, organization: organizations })
    .from(exports)
    .innerJoin(organizations, eq(organizations.id, exports.organizationId))
    .where(and(isExport(organizationId, id), isOpen))
  return open && organizationStatusAt(open.organization, now) !== 'deleted' ? open : undefined
}

/** By itself, so that whoever asks is told at once. */
async function begin(deps: Deps, { organizationId, id }: ExportRow): Promise<void> {
  await deps.db
    .update(exports)
    .set({ status: 'running', startedAt: deps.now() })
    .where(and(isExport(organizationId, id), eq(exports.status, 'queued')))
}

/**
 * Nobody waits for it, as it locks no row of anybody else. Of two at once the second fails at the
 * first chunk's number, and finds the file written when it is tried again.
 */
async function write(deps: Deps, of: Named): Promise<void> {
  const ctx = contextAt(deps.now())
  await runCommand(deps, ctx, async (tx) => {
    // Every statement sees the same moment: nobody is told in two places, or in none.
    await tx.execute(sql`set transaction isolation level repeatable read`)
    const open = await findOpen(tx, of, ctx.now)
    if (!open) return
    const policy = await currentPolicyOf(deps, tx, open.organization)
    const { baseUrl } = senderSettingsOf(deps.config, policy.policy, open.organization)
    const everything = tellEverything({ ...open, db: tx, policy, baseUrl, now: ctx.now })
    const size = await writeChunks(tx, open.row, everything)
    // Whoever has ended it meanwhile makes this fail, and with it what was written.
    await tx.update(exports).set(size).where(isExport(of.organizationId, of.id))
  })
}

/**
 * The organization is locked only now: what is written of one that is being deleted is purged with
 * it, and no event is added to it any more.
 *
 * @throws Problem not_found when the organization has been deleted meanwhile
 */
async function end(
  deps: Deps,
  { organizationId, id }: Named,
  status: 'finished' | 'failed'
): Promise<void> {
  const ctx = contextAt(deps.now())
  await runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId,
      evenCanceled: true
    })
    const expiresAt = status === 'finished' ? new Date(ctx.now.getTime() + KEPT_MS) : null
    const [ended] = await tx
      .update(exports)
      .set({ status, finishedAt: ctx.now, expiresAt })
      .where(and(isExport(organizationId, id), isOpen))
      .returning()
    if (!ended) return
    if (status === 'failed') await deleteChunks(tx, ended)
    const file = { lines: ended.lineCount, bytes: ended.byteCount }
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'export.finished',
        subject: { type: 'export', id },
        data: { status, ...(status === 'finished' ? file : {}) }
      }
    ])
  })
}

/** There are some only when the file was written and the export could not be ended. */
async function deleteChunks(db: Db, { organizationId, id }: ExportRow): Promise<void> {
  await db
    .delete(exportChunks)
    .where(and(eq(exportChunks.organizationId, organizationId), eq(exportChunks.exportId, id)))
}

const contextAt = (now: Date): CallContext => ({
  actor: SYSTEM,
  now,
  requestId: null,
  locale: 'en'
})
