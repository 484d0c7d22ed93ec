import { and, eq, sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { members } from '../../db/tables/members.js'
import { idToUuid } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { closeExpired } from '../invitations/close-expired.js'
import { statusAt } from '../members/effective-status.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { settleSeats } from '../seats/settle-seats.js'

/** Seats whose resources are about to change. */
export interface ChargedSeats {
  /** After they have: by how many more, or fewer, are charged to each. */
  settle(more: ReadonlyMap<string, number>): Promise<void>
}

/**
 * Before grants of members change: an offer that time has ended is written down first, as it ended
 * with what lay on the seat then.
 */
export async function openSeats(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  memberIds: readonly string[]
): Promise<ChargedSeats> {
  const uuids = memberIds.map((id) => idToUuid('mem', id))
  const found = await tx
    .select()
    .from(members)
    .where(
      and(
        eq(members.organizationId, organization.row.id),
        sql`${members.id} = any(${sql.param(uuids)}::uuid[])`
      )
    )
  const byId = new Map(found.map((row) => [row.id, row]))
  const rows = memberIds.flatMap((id) => byId.get(id) ?? [])
  const lapsed = rows.filter((row) => statusAt(row, ctx.now) !== row.status).map(({ id }) => id)
  appendEvents(tx, ctx, placeOf(organization), await closeExpired(tx, ctx, organization, lapsed))
  return {
    async settle(more) {
      const moves = rows.flatMap((row) => {
        const by = more.get(row.id) ?? 0
        if (by === 0) return []
        const before = { status: statusAt(row, ctx.now), chargedResources: row.chargedResources }
        const after = { ...before, chargedResources: row.chargedResources + by }
        return [{ memberId: row.id, before, after }]
      })
      if (moves.length > 0) await settleSeats(tx, ctx, organization, moves)
    }
  }
}
