import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { endMemberships } from './end-membership.js'
import { actingMemberRequired } from './errors.js'
import { countHolders } from './holders.js'
import { lockMember } from './queries.js'
import { chooseRemoval } from './removal-choices.js'

/**
 * The acting member goes, where the policy lets its role. What it leaves behind is treated as the
 * policy says first: whoever goes chooses nothing.
 *
 * @throws Problem acting_member_required, not_found, what `decide` refuses
 */
export async function leaveOrganization(
  deps: Deps,
  ctx: OrgContext,
  confirmed = false
): Promise<MemberRow> {
  const { actor } = ctx
  if (actor.type !== 'member') throw actingMemberRequired()
  return runCommand(deps, ctx, async (tx) => {
    const locked = await lockMember(deps, tx, ctx, { id: actor.id })
    const { organization, target } = locked
    const { policy } = organization.policy
    const counts = await countHolders(tx, ctx, organization, [target.role])
    const action = { type: 'leave', target } as const
    enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
    const choices = chooseRemoval(policy, {})
    const leaving = { organization, members: [locked] }
    const [left] = await endMemberships(tx, ctx, leaving, { how: 'left', choices })
    if (!left) throw new Error('a member of a locked organization cannot disappear')
    return left
  })
}
