import type { OrgContext } from '../../context.js'
import { members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { isMember } from '../invitations/queries.js'
import { type AccountRow, selectAccounts } from './account-queries.js'
import { creditsOf } from './rules.js'
import { settleCredits } from './settle-credits.js'

/**
 * What a member has, and has used (OUPI-135); also of one that is removed. Members see their own,
 * those of others only with `credits.usage`.
 *
 * @throws Problem not_permitted, not_found, credits_not_offered, money_credits_not_transferable
 */
export async function getCreditAccount(
  deps: Deps,
  ctx: OrgContext,
  memberId: string
): Promise<AccountRow> {
  await enforceSight(deps, ctx, memberId)
  await settleCredits(deps, ctx.organizationId, ctx.now)
  const { policy } = ctx.policy
  const [row] = await selectAccounts(deps.db, policy, {}).where(
    isMember(ctx.organizationId, memberId)
  )
  if (!row) throw notFound()
  creditsOf(policy)
  return row
}

/** Of others, whether there is such a member is told as little as what it has. */
async function enforceSight(
  { db }: Deps,
  { actor, channel, organizationId, policy }: OrgContext,
  memberId: string
): Promise<void> {
  if (actor.type !== 'member' || actor.id === memberId) return
  const [acting] = await db
    .select({ role: members.role })
    .from(members)
    .where(isMember(organizationId, actor.id))
  if (!acting) throw notFound()
  const asking = { kind: 'member', id: actor.id, role: acting.role, channel } as const
  enforce(decide(policy.policy, asking, { type: 'use', permission: 'credits.usage' }))
}
