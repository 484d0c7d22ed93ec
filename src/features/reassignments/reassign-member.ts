import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type InvitationRow, invitations } from '../../db/tables/invitations.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { type EmailAddress, parseEmail } from '../../email.js'
import { decide } from '../../policy/decide.js'
import { enforce } from '../../refusals.js'
import { appendEvents } from '../events/append-events.js'
import { claimAddress } from '../invitations/claim-address.js'
import { deliverOffers } from '../invitations/deliver-offers.js'
import { refuseCandidateFields } from '../invitations/fields.js'
import { newInvitation, offerOf } from '../invitations/new-invitation.js'
import { countHolders } from '../members/holders.js'
import { type LockedMember, lockMember, writeMember } from '../members/queries.js'
import { placeOf } from '../organizations/queries.js'
import { settleSeats } from '../seats/settle-seats.js'
import { closeFormerOffer } from './close-former-offer.js'
import { memberNotReassignable } from './errors.js'
import { reassignmentRedirected, reassignmentStarted } from './reassignment-events.js'
import type { Reassign } from './schemas.js'

/** An account that waits for its new holder, and the offer that they were made. */
export interface PendingReassignment {
  readonly member: MemberRow
  readonly invitation: InvitationRow
  /** Where the host brings it to them itself. */
  readonly link?: string
}

/**
 * Offers a member's seat, with everything that is on it, to somebody else (SM-66). Until they accept
 * nobody has access (SM-72); no seat is taken, so none is asked for (SM-68). One that is pending
 * is offered to another person in the same way, and the link of the one before dies (SM-73, SM-74).
 *
 * @throws Problem not_found, what `decide` refuses, field_not_allowed, field_required,
 * member_not_reassignable, already_member, already_invited
 */
export async function reassignMember(
  deps: Deps,
  ctx: OrgContext,
  id: string,
  { input, confirmed = false }: { readonly input: Reassign; readonly confirmed?: boolean }
): Promise<PendingReassignment> {
  return runCommand(deps, ctx, async (tx) => {
    const locked = await lockMember(deps, tx, ctx, { id })
    const { organization, target } = locked
    await refuseReassignment(tx, ctx, locked, { input, confirmed })
    const { status } = target
    if (status !== 'active' && status !== 'reassignment_pending') {
      throw memberNotReassignable({ member_status: status })
    }
    const address = parseEmail(input.email)
    if (!address) throw new Error('the schema lets through only what parses')
    await claimAddress(tx, ctx, organization, address)
    await closeFormerOffer(tx, ctx, locked)

    const { member, invitation } = await offerSeat(deps, tx, ctx, { ...locked, address, input })
    const event = status === 'active' ? reassignmentStarted : reassignmentRedirected
    appendEvents(tx, ctx, placeOf(organization), [event({ member: locked.member, invitation })])
    const before = { ...locked.member, status }
    await settleSeats(tx, ctx, organization, [{ memberId: id, before, after: member }])
    const via = input.send_email ? 'email' : 'link'
    const linkTo = deliverOffers(deps, tx, ctx, { organization, invitations: [invitation], via })
    return { member, invitation, ...linkTo(invitation) }
  })
}

interface Asked {
  readonly input: Reassign
  readonly confirmed: boolean
}

async function refuseReassignment(
  tx: Tx,
  ctx: OrgContext,
  { organization, target }: LockedMember,
  { input, confirmed }: Asked
): Promise<void> {
  const { policy } = organization.policy
  const counts = await countHolders(tx, ctx, organization, [target.role])
  const action = { type: 'reassign', target } as const
  enforce(decide(policy, organization.actor, action, { ...counts, confirmed }))
  const refusal = refuseCandidateFields(policy, input)
  if (refusal) throw refusal
}

interface Offering extends Pick<LockedMember, 'organization' | 'member'> {
  readonly address: EmailAddress
  readonly input: Reassign
}

/** The member row stays as it is: whoever accepts finds role, resources and groups on it. */
async function offerSeat(
  deps: Deps,
  tx: Tx,
  ctx: OrgContext,
  { organization, member, address, input }: Offering
): Promise<{ member: MemberRow; invitation: InvitationRow }> {
  const invitation = newInvitation(deps, ctx, organization, {
    kind: 'reassignment',
    memberId: member.id,
    address,
    name: input.name ?? null,
    role: member.role,
    locale: input.locale,
    message: input.message,
    sendEmail: input.send_email
  })
  tx.add(invitations, [invitation])
  const pending = await writeMember(tx, ctx, member.id, {
    ...offerOf(organization.policy.policy, invitation),
    status: 'reassignment_pending'
  })
  return { member: pending, invitation }
}
