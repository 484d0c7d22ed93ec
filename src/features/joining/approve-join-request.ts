import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { JoinRequestRow } from '../../db/tables/join-requests.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { circumstancesOf } from '../../standing.js'
import { appendEvents } from '../events/append-events.js'
import type { Taker } from '../invitations/take-offer.js'
import { countHolders } from '../members/holders.js'
import { type LockedOrganization, lockOrganization, placeOf } from '../organizations/queries.js'
import { enterByDomain, enterByOwnRight, letIn } from './enter.js'
import {
  findJoinRequest,
  joiningRoleOf,
  refuseDecided,
  refuseForeignDomain,
  writeRuling
} from './queries.js'

/**
 * Lets the person in as if they had been invited: whoever approves must be allowed to invite as the
 * role that they get. Who has come in by an invitation meanwhile is a member already, and stays it.
 *
 * @throws Problem not_found, what `decide` refuses, join_request_decided, domain_not_claimed,
 * no_invitation, already_member, seats_exhausted
 */
export async function approveJoinRequest(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  confirmed = false
): Promise<JoinRequestRow> {
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId: ctx.organizationId,
      countMembers: true
    })
    const row = await findJoinRequest(tx, ctx, id)
    await refuseApprover(tx, ctx, organization, confirmed)
    refuseDecided(row)
    const member = await enter(tx, ctx, organization, row)
    const { userId: user_id, email, domain } = row
    appendEvents(tx, ctx, placeOf(organization), [
      {
        type: 'join_request.approved',
        subject: { type: 'join_request', id },
        data: { user_id, email, domain, member_id: member.id },
        changes: { status: ['pending', 'approved'] }
      }
    ])
    return writeRuling(tx, ctx, row, { status: 'approved', memberId: member.id })
  })
}

/** Unpaid invoices close the door of joining where the policy says so, not that of inviting. */
async function refuseApprover(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  confirmed: boolean
): Promise<void> {
  const { policy } = organization.policy
  const role = joiningRoleOf(policy)
  const { holders } = await countHolders(tx, ctx, organization, [role])
  const { entitlements } = circumstancesOf(organization.row)
  enforce(
    decide(
      policy,
      organization.actor,
      { type: 'invite', role },
      { holders, entitlements, pastDue: false, confirmed }
    )
  )
}

async function enter(
  tx: Tx,
  ctx: OrgContext,
  organization: LockedOrganization,
  { id, userId, name, email, emailKey, domain }: JoinRequestRow
): Promise<MemberRow> {
  const user = { id: userId, ...(name === null ? {} : { name }) }
  const taker: Taker = { user, address: { email, key: emailKey } }
  const own = await enterByOwnRight(tx, ctx, organization, taker)
  if (own) return own.member
  await refuseForeignDomain(tx, ctx, domain)
  const entrant = await letIn(tx, ctx, organization, taker)
  return enterByDomain(tx, ctx, organization, { ...entrant, domain, joinRequestId: id })
}
