import { and, eq, inArray, lte, sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import { invitations } from '../../db/tables/invitations.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { appendEvents } from '../events/append-events.js'
import { lockOrganization, placeOf } from '../organizations/queries.js'

const ORGANIZATIONS_MAX = 50
const INVITATIONS_MAX = 500

/**
 * Writes down which invitations have expired, and tells of it. Nobody waits for this: answers
 * compare the instants themselves.
 */
export const expireInvitations = defineSweep({
  name: 'expire-invitations',
  everyMs: 30_000,

  async run(deps) {
    const now = deps.now()
    const due = await deps.db
      .selectDistinct({ organizationId: invitations.organizationId })
      .from(invitations)
      .where(and(eq(invitations.status, 'pending'), lte(invitations.expiresAt, now)))
      .limit(ORGANIZATIONS_MAX)
    let count = 0
    for (const { organizationId } of due) count += await expireOf(deps, organizationId, now)
    return count
  }
})

async function expireOf(deps: Deps, organizationId: string, now: Date): Promise<number> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: 'en' }
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, { organizationId })
    const rows = await tx
      .update(invitations)
      .set({ status: 'expired', endedAt: sql`${invitations.expiresAt}`, updatedAt: now })
      .where(
        and(
          eq(invitations.organizationId, organizationId),
          inArray(
            invitations.id,
            tx
              .select({ id: invitations.id })
              .from(invitations)
              .where(
                and(
                  eq(invitations.organizationId, organizationId),
                  eq(invitations.status, 'pending'),
                  lte(invitations.expiresAt, now)
                )
              )
              .limit(INVITATIONS_MAX)
          )
        )
      )
      .returning()
    if (rows.length === 0) return 0
    await tx
      .update(members)
      .set({ status: 'invitation_expired', updatedAt: now })
      .where(
        and(
          eq(members.organizationId, organizationId),
          eq(members.status, 'invited'),
          inArray(
            members.invitationId,
            rows.map(({ id }) => id)
          )
        )
      )
    appendEvents(
      tx,
      ctx,
      placeOf(organization),
      rows.map((row) => ({
        type: 'invitation.expired',
        subject: { type: 'invitation', id: row.id },
        data: { member_id: row.memberId, email: row.email },
        changes: { status: ['pending', 'expired'] }
      }))
    )
    return rows.length
  })
}
