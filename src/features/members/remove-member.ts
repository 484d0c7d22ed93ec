import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import { type MemberRow, members as memberTable } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { endOffers } from '../invitations/end-offer.js'
import { findInvitations, isMember, refuseCancel } from '../invitations/queries.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { type Heir, openHeir } from '../resources/open-heir.js'
import { effectiveStatus } from './effective-status.js'
import { endMemberships } from './end-membership.js'
import { cancelTheInvitation, memberNotInTeam, successorNotActive } from './errors.js'
import { countHolders, type HolderCounts } from './holders.js'
import { allowed, judgeAll, memberOf, type Outcome, outcomesOf, refusalIn } from './outcome.js'
import {
  findTargets,
  type LockedMember,
  type LockedMembers,
  lockMember,
  type TargetMember
} from './queries.js'
import { chooseRemoval } from './removal-choices.js'
import type { MemberRemoval } from './request-schemas.js'

/**
 * Removes a member for good: a return takes a new invitation. An invited one is removed only where
 * the policy cancels invitations in this way, and then that is all it is.
 *
 * @throws Problem not_found, what `decide` refuses, removal_choice_not_offered, member_not_in_team,
 * successor_not_active, too_many_resources, cancel_the_invitation, invitation_not_cancelable
 */
export async function removeMember(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  input: MemberRemoval
): Promise<MemberRow> {
  return runCommand(deps, ctx, async (tx) => {
    const { organization, ...one } = await lockMember(deps, tx, ctx, { id })
    return memberOf(await removeMembers(tx, ctx, { organization, members: [one] }, input))
  })
}

/** The same of many: whoever comes first is removed first, and the last holders stay. */
export async function removeMembers(
  tx: Tx,
  ctx: OrgContext,
  { organization, members }: LockedMembers,
  input: MemberRemoval
): Promise<Outcome[]> {
  const roles = members.map(({ target }) => target.role)
  const known: Known = {
    organization,
    now: ctx.now,
    input,
    counts: await countHolders(tx, ctx, organization, roles),
    offers: await findOffers(tx, ctx, members),
    isSuccessorActive: await isActive(tx, ctx, input.handover_to),
    heir: await openHeir(tx, ctx, organization, {
      memberIds: members.map(({ member }) => member.id),
      successorId: input.handover_to
    })
  }
  const judged = judgeAll(members, (one) => judge(known, one))
  const removing = allowed(judged)
  const invited = removing.filter(isInvited)
  const rows = invited.flatMap(({ member }) => known.offers.get(member.invitationId ?? '') ?? [])
  await endOffers(tx, ctx, { organization, rows }, 'canceled')
  const canceled =
    invited.length === 0
      ? []
      : await findTargets(
          tx,
          ctx,
          invited.map(({ member }) => member.id)
        )
  const joined = removing.filter((one) => !isInvited(one))
  const ended =
    joined.length === 0
      ? []
      : await endMemberships(
          tx,
          ctx,
          { organization, members: joined },
          { how: 'removed', choices: chooseRemoval(organization.policy.policy, input) }
        )
  return outcomesOf(judged, [...[...canceled.values()].map(({ member }) => member), ...ended])
}

const isInvited = ({ target: { status } }: TargetMember) =>
  status === 'invited' || status === 'invitation_expired'

interface Known {
  readonly organization: LockedOrganization
  readonly now: Date
  readonly input: MemberRemoval
  readonly counts: HolderCounts
  /** What the invited are offered, by invitation id. */
  readonly offers: ReadonlyMap<string, InvitationRow>
  readonly isSuccessorActive: boolean
  readonly heir: Heir
}

function judge(known: Known, one: TargetMember): Outcome | undefined {
  const { organization, counts, input, heir } = known
  const { target } = one
  const refusal = refusalIn(() => {
    const { policy } = organization.policy
    const action = { type: 'remove', target } as const
    const confirmed = input.confirm
    enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
    chooseRemoval(policy, input)
    const { status } = target
    if (status === 'removed') throw memberNotInTeam({ member_status: status })
    if (isInvited(one)) refuseOffer(known, { organization, ...one })
    else refuseSuccessor(known, target.id)
  })
  if (refusal) return refusal
  counts.move(target, null)
  if (!isInvited(one)) heir.take(target.id)
  return undefined
}

function refuseOffer({ offers, now }: Known, { organization, member }: LockedMember): void {
  const { policy } = organization.policy
  const row = offers.get(member.invitationId ?? '')
  if (!row) throw new Error('whoever is invited has an invitation')
  if (!policy.invitations.cancel_by.includes('removal')) {
    throw cancelTheInvitation({ invitation_id: row.id })
  }
  refuseCancel(policy, row, now)
}

function refuseSuccessor({ input, isSuccessorActive, heir }: Known, leaverId: string): void {
  const { handover_to: id } = input
  if (id === undefined) return
  if (!isSuccessorActive || id === leaverId) throw successorNotActive({ member_id: id })
  const refusal = heir.refuse(leaverId)
  if (refusal) throw refusal
}

async function findOffers(
  tx: Tx,
  { organizationId }: OrgContext,
  members: readonly TargetMember[]
): Promise<ReadonlyMap<string, InvitationRow>> {
  const ids = members.filter(isInvited).flatMap(({ member }) => member.invitationId ?? [])
  const rows = await findInvitations(tx, organizationId, ids)
  return new Map(rows.map((row) => [row.id, row]))
}

async function isActive(tx: Tx, ctx: OrgContext, id: string | undefined): Promise<boolean> {
  if (id === undefined) return false
  const [successor] = await tx
    .select({ id: memberTable.id })
    .from(memberTable)
    .where(and(isMember(ctx.organizationId, id), eq(effectiveStatus(ctx.now), 'active')))
  return successor !== undefined
}
