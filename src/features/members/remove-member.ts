import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { endOffer } from '../invitations/end-offer.js'
import { findInvitation, isMember, refuseCancel } from '../invitations/queries.js'
import { effectiveStatus } from './effective-status.js'
import { endMembership } from './end-membership.js'
import { cancelTheInvitation, memberNotInTeam, successorNotActive } from './errors.js'
import { countHolders } from './holders.js'
import { findMember, type LockedMember, lockMember } from './queries.js'
import { chooseRemoval, type RemovalChoices } from './removal-choices.js'
import type { MemberRemoval } from './request-schemas.js'

/**
 * Removes a member for good: a return takes a new invitation. An invited one is removed only where
 * the policy cancels invitations in this way, and then that is all it is.
 *
 * @throws Problem not_found, what `decide` refuses, removal_choice_not_offered, member_not_in_team,
 * successor_not_active, cancel_the_invitation, invitation_not_cancelable
 */
export async function removeMember(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  { confirm: confirmed, ...input }: MemberRemoval
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const locked = await lockMember(deps, tx, ctx, { id })
    const { organization, target } = locked
    const { policy } = organization.policy
    const counts = await countHolders(tx, ctx, organization, [target.role])
    const action = { type: 'remove', target } as const
    enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
    const choices = chooseRemoval(policy, input)
    const { status } = target
    if (status === 'removed') throw memberNotInTeam({ member_status: status })
    if (status === 'invited' || status === 'invitation_expired') {
      return cancelOffer(tx, ctx, locked)
    }
    await refuseSuccessor(tx, ctx, id, choices)
    return endMembership(tx, ctx, locked, { how: 'removed', choices })
  })
}

async function cancelOffer(
  tx: Tx,
  ctx: OrgContext,
  { organization, member }: LockedMember
): Promise<MemberRow> {
  const { policy } = organization.policy
  const { invitationId } = member
  if (invitationId === null) throw new Error('whoever is invited has an invitation')
  if (!policy.invitations.cancel_by.includes('removal')) {
    throw cancelTheInvitation({ invitation_id: invitationId })
  }
  const row = await findInvitation(tx, ctx.organizationId, invitationId)
  refuseCancel(policy, row, ctx.now)
  await endOffer(tx, ctx, { organization, row }, 'canceled')
  return findMember(tx, ctx.organizationId, member.id)
}

async function refuseSuccessor(
  tx: Tx,
  ctx: OrgContext,
  leaverId: string,
  { handover }: RemovalChoices
): Promise<void> {
  if (handover.mode !== 'to_member') return
  const { member_id: id } = handover
  const [successor] = await tx
    .select({ id: members.id })
    .from(members)
    .where(and(isMember(ctx.organizationId, id), eq(effectiveStatus(ctx.now), 'active')))
  if (!successor || id === leaverId) throw successorNotActive({ member_id: id })
}
