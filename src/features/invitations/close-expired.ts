import { and, eq, inArray } from 'drizzle-orm'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { invitations } from '../../db/tables/invitations.js'
import type { NewEvent } from '../events/append-events.js'

/**
 * Writes down what time has done to the offers of these members, whose seats are given again, and
 * answers with what is to be told of it.
 */
export async function closeExpired(
  tx: Tx,
  ctx: OrgContext,
  memberIds: readonly string[]
): Promise<NewEvent[]> {
  if (memberIds.length === 0) return []
  const expired = await tx
    .update(invitations)
    .set({ status: 'expired', endedAt: ctx.now, updatedAt: ctx.now })
    .where(
      and(
        eq(invitations.organizationId, ctx.organizationId),
        inArray(invitations.memberId, [...memberIds]),
        eq(invitations.status, 'pending')
      )
    )
    .returning()
  return expired.map((row) => ({
    type: 'invitation.expired',
    subject: { type: 'invitation', id: row.id },
    data: { member_id: row.memberId, email: row.email },
    changes: { status: ['pending', 'expired'] }
  }))
}
