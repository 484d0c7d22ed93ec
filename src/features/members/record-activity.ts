import { and, eq, isNull, lte, or } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { refuse } from '../../policy/decision.js'
import { enforce } from '../../refusals.js'
import { isMember } from '../invitations/queries.js'
import { effectiveStatus, statusAt } from './effective-status.js'
import { findMember, refuseInactive } from './queries.js'

/** Hosts may tell of every click: so often is it written down. */
const EVERY_MS = 60_000

/**
 * Notes that a member is here (AMP-02, OP-65). Locks nothing but its row, and leaves no event.
 *
 * @throws Problem not_permitted when a member tells of another, not_found, member_not_active
 */
export async function recordActivity(deps: Deps, ctx: OrgContext, id: string): Promise<MemberRow> {
  if (ctx.actor.type === 'member' && ctx.actor.id !== id) {
    enforce(refuse('not_permitted', 'members tell of their own activity only'))
  }
  return runCommand(deps, ctx, async (tx) => {
    const lastDue = new Date(ctx.now.getTime() - EVERY_MS)
    const [noted] = await tx
      .update(members)
      .set({ lastActiveAt: ctx.now })
      .where(
        and(
          isMember(ctx.organizationId, id),
          eq(effectiveStatus(ctx.now), 'active'),
          or(isNull(members.lastActiveAt), lte(members.lastActiveAt, lastDue))
        )
      )
      .returning()
    if (noted) return noted
    const member = await findMember(tx, ctx.organizationId, id)
    refuseInactive({ status: statusAt(member, ctx.now) })
    return member
  })
}
