import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { isMember } from '../invitations/queries.js'
import { enforceActing } from '../members/enforce-acting.js'
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
  const { actor } = ctx
  const isOwn = actor.type === 'member' && actor.id === memberId
  // Of others, whether there is such a member is told as little as what it has.
  if (!isOwn) await enforceActing(deps.db, ctx, ['credits.usage'])
  await settleCredits(deps, ctx.organizationId, ctx.now)
  const { policy } = ctx.policy
  const [row] = await selectAccounts(deps.db, policy, {}).where(
    isMember(ctx.organizationId, memberId)
  )
  if (!row) throw notFound()
  creditsOf(policy)
  return row
}
