import { eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { deletedOrganizations } from '../../db/tables/deleted-organizations.js'
import { verifiedDomains } from '../../db/tables/domain-claims.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import { organizationStatusAt } from '../../standing.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { type LockedOrganization, placeOf, writeOrganization } from './queries.js'

/**
 * From the commit on there is no such organization, for anybody; its external_id and its domains
 * are free. A sweep purges its rows, and what stays is the record that is made here. Answers with what it was.
 */
export async function endOrganization(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization
): Promise<OrganizationRow> {
  const { row } = organization
  const { now, actor } = ctx
  const ended = { status: 'deleted', deletedAt: now, externalId: null } as const
  const deleted = await writeOrganization(tx, ctx, row.id, ended)
  await tx.delete(verifiedDomains).where(eq(verifiedDomains.organizationId, row.id))
  tx.add(deletedOrganizations, [
    {
      organizationId: row.id,
      externalId: row.externalId,
      policyKey: row.policyKey,
      deletedAt: now,
      deletedByType: actor.type,
      deletedById: actor.id,
      purgedAt: null
    }
  ])
  const flagged = flaggedByNow(row, now)
  appendEvents(tx, ctx, placeOf(organization), [
    ...flagged,
    {
      type: 'organization.deleted',
      subject: { type: 'organization', id: row.id },
      data: { name: row.name, external_id: row.externalId, policy: row.policyKey },
      changes: { status: [flagged.length > 0 ? 'flagged_for_deletion' : row.status, 'deleted'] }
    }
  ])
  return { ...deleted, externalId: row.externalId }
}

/** What is told once of a canceled organization that time has flagged and nobody has written so. */
export function flaggedByNow(row: OrganizationRow, now: Date): NewEvent[] {
  const { id, status, flagAt, deleteAt } = row
  const isFlagged = organizationStatusAt({ status, flagAt, deleteAt: null }, now) !== status
  if (!isFlagged) return []
  return [
    {
      type: 'organization.flagged_for_deletion',
      subject: { type: 'organization', id },
      data: {
        flag_at: flagAt?.toISOString() ?? null,
        delete_at: deleteAt?.toISOString() ?? null
      },
      changes: { status: ['canceled', 'flagged_for_deletion'] }
    }
  ]
}
