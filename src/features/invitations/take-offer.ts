import { and, eq, ne, or } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { invitations } from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import { type EmailAddress, parseEmail } from '../../email.js'
import type { VouchedUser } from '../../schemas.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { statusAt } from '../members/effective-status.js'
import { seatChanges } from '../members/member-events.js'
import { NO_OFFER } from '../members/queries.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { reassignmentCompleted } from '../reassignments/reassignment-events.js'
import { settleSeats } from '../seats/settle-seats.js'
import { rememberIdentities } from '../users/remember-identities.js'
import { alreadyMember, emailNotVerified } from './errors.js'
import { isInvitation, isMember, type Offer } from './queries.js'

/** Who takes what they were offered. */
export interface Taker {
  readonly user: Pick<VouchedUser, 'id' | 'name'>
  readonly address: EmailAddress
}

/** The address by which the host knows the person. */
export function addressOf(user: Pick<VouchedUser, 'email'>): EmailAddress {
  const address = parseEmail(user.email)
  if (!address) throw new Error('the schema lets through only what parses')
  return address
}

/**
 * The same where it must be theirs for certain.
 *
 * @throws Problem email_not_verified
 */
export function verifiedAddressOf(user: VouchedUser): EmailAddress {
  if (!user.email_verified) throw emailNotVerified()
  return addressOf(user)
}

/**
 * The person gets the seat of an open offer, by whatever way they have shown that it is theirs. The
 * seat was reserved by the invitation, or is somebody's whom they take over from (SM-75), so this is
 * never refused for lack of one.
 *
 * @throws Problem already_member
 */
export async function takeOffer(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { offer, ...taker }: Taker & { readonly offer: Offer }
): Promise<MemberRow> {
  await refuseOtherMember(tx, offer, taker)
  await rememberIdentities(tx, ctx, [offer.member])
  const member = await takeSeat(tx, offer, { ...taker, now: ctx.now })
  appendAcceptance(tx, ctx, organization, { offer, member })
  await settleSeats(tx, ctx, organization, [
    {
      memberId: member.id,
      before: { ...offer.member, status: statusAt(offer.member, ctx.now) },
      after: member
    }
  ])
  return member
}

/**
 * The person, or somebody of their address, holds another seat of this organization; a seat that is
 * to be taken over, its present holder.
 */
async function refuseOtherMember(
  tx: Tx,
  { invitation, member }: Offer,
  { user, address }: Taker
): Promise<void> {
  const [other] = await tx
    .select({ id: members.id })
    .from(members)
    .where(
      and(
        eq(members.organizationId, member.organizationId),
        invitation.kind === 'seat' ? ne(members.id, member.id) : undefined,
        ne(members.status, 'removed'),
        or(eq(members.userId, user.id), eq(members.emailKey, address.key))
      )
    )
  // Told to the person, not to whoever invites them: policies word it by itself.
  if (other) throw alreadyMember({ member_id: other.id, action: 'accept' })
}

/** Everything else of the member stays: id, role, resources, groups, the host's own id. */
async function takeSeat(
  tx: Tx,
  { invitation, member }: Offer,
  { user, address, now }: Taker & { readonly now: Date }
): Promise<MemberRow> {
  const { organizationId } = invitation
  await tx
    .update(invitations)
    .set({ status: 'accepted', endedAt: now, updatedAt: now })
    .where(isInvitation(organizationId, invitation.id))
  const [taken] = await tx
    .update(members)
    .set({
      ...NO_OFFER,
      status: 'active',
      userId: user.id,
      email: address.email,
      emailKey: address.key,
      name: user.name ?? (invitation.kind === 'seat' ? member.name : invitation.name),
      joinedAt: now,
      avatarUrl: null,
      lastActiveAt: null,
      lastSignInAt: null,
      updatedAt: now
    })
    .where(isMember(organizationId, member.id))
    .returning()
  if (!taken) throw new Error('a member of a locked organization cannot disappear')
  return taken
}

function appendAcceptance(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { offer, member }: { readonly offer: Offer; readonly member: MemberRow }
): void {
  const { invitation } = offer
  const { policy } = organization.policy
  appendEvents(tx, ctx, placeOf(organization), [
    {
      type: 'invitation.accepted',
      subject: { type: 'invitation', id: invitation.id },
      data: { member_id: member.id, email: invitation.email },
      changes: { status: [invitation.status, 'accepted'] }
    },
    invitation.kind === 'seat'
      ? joined(offer, member)
      : reassignmentCompleted(policy, offer, member)
  ])
}

const joined = ({ invitation, member }: Offer, after: MemberRow): NewEvent => ({
  type: 'member.joined',
  subject: { type: 'member', id: member.id },
  data: {
    user_id: after.userId,
    email: invitation.email,
    role: invitation.role,
    invitation_id: invitation.id
  },
  changes: { status: [member.status, 'active'], ...seatChanges(member, after) }
})
