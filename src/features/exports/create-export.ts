import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { type ExportRow, exports } from '../../db/tables/exports.js'
import type { Deps } from '../../deps.js'
import { newId } from '../../ids.js'
import { enqueue } from '../../jobs/job.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { organizationStatusAt, refuseChange } from '../../standing.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, lockOrganization, placeOf } from '../organizations/queries.js'
import { buildExport } from './build-export.job.js'
import { exportRunning, exportsNotOffered } from './errors.js'
import { isOpen } from './queries.js'

/**
 * Starts an export of everything that the organization holds in Muster: one at a time (RIO-84), and
 * before it is canceled (RIO-83). A job builds the file; a cancellation meanwhile does not stop it.
 *
 * @throws Problem not_permitted, exports_not_offered, organization_canceled, export_running
 */
export async function createExport(deps: Deps, ctx: OrgContext): Promise<ExportRow> {
  const { organizationId, actor, now } = ctx
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId,
      evenCanceled: true
    })
    refuseExport(organization, now)
    const [open] = await tx
      .select({ id: exports.id })
      .from(exports)
      .where(and(eq(exports.organizationId, organizationId), isOpen))
    if (open) throw exportRunning({ export_id: open.id })

    const row: ExportRow = {
      organizationId,
      id: newId('exp'),
      status: 'queued',
      requestedByType: actor.type,
      requestedById: actor.id,
      requestedByName: actor.name,
      lineCount: null,
      byteCount: null,
      createdAt: now,
      startedAt: null,
      finishedAt: null,
      expiresAt: null
    }
    tx.add(exports, [row])
    appendEvents(tx, ctx, placeOf(organization), [
      { type: 'export.started', subject: { type: 'export', id: row.id } }
    ])
    const payload = { organization_id: organizationId, export_id: row.id }
    enqueue(tx, { organizationId, now }, buildExport, [payload])
    return row
  })
}

function refuseExport({ row, policy: { policy }, actor }: LockedOrganization, now: Date): void {
  enforce(decide(policy, actor, { type: 'use', permission: 'data.export' }))
  if (!policy.exports.enabled) throw exportsNotOffered()
  if (policy.exports.after_cancel) return
  const canceled = refuseChange(organizationStatusAt(row, now), policy)
  if (canceled) throw canceled
}
