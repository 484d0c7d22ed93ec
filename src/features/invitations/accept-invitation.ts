import { and, eq, ne, or } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { CallContext, KeyContext, PolicyVersion } from '../../context.js'
import type { LinkClaims } from '../../crypto/link-token.js'
import type { Tx } from '../../db/client.js'
import { invitations } from '../../db/tables/invitations.js'
import { type MemberRow, members } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import { type EmailAddress, parseEmail } from '../../email.js'
import { inWordsOf } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { statusAt } from '../members/effective-status.js'
import { NO_OFFER } from '../members/queries.js'
import { type LockedOrganization, lockIfThere, placeOf } from '../organizations/queries.js'
import { reassignmentCompleted } from '../reassignments/reassignment-events.js'
import { settleSeats } from '../seats/settle-seats.js'
import { alreadyMember, emailMismatch, emailNotVerified, invitationLinkInvalid } from './errors.js'
import {
  findOffer,
  isInvitation,
  isMember,
  type Offer,
  readInvitationToken,
  refuseDeadLink
} from './queries.js'
import type { InvitationAccept } from './request-schemas.js'

type User = InvitationAccept['user']

/** Who has the seat now, and under which policy. */
export interface Accepted {
  readonly member: MemberRow
  readonly policy: PolicyVersion
}

/**
 * The person takes the seat they were offered; the host vouches for who they are. The seat was
 * reserved by the invitation, or is somebody's whom they take over from (SM-75), so this is never
 * refused for lack of one. The same person accepting again gets the same member.
 *
 * @throws Problem invitation_link_invalid, organization_canceled (OP-103), why the link is dead,
 * email_not_verified, email_mismatch, already_member
 */
export async function acceptInvitation(
  deps: Deps,
  key: KeyContext,
  { token, user }: InvitationAccept
): Promise<Accepted> {
  const claims = readInvitationToken(deps, token)
  // A key of other organizations learns nothing, not even that the link is good.
  if (key.organizationIds?.includes(claims.organizationId) === false) throw invitationLinkInvalid()
  const ctx: CallContext = { ...key, actor: { type: 'user', id: user.id, name: user.name ?? null } }

  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, claims)
    const offer = await findOffer(tx, claims.organizationId, claims.subjectId)
    if (!organization || !offer) throw invitationLinkInvalid()
    const { policy } = organization
    if (isSameAcceptance(offer, claims, user)) return { member: offer.member, policy }

    return inWordsOf(policy.policy.texts, async () => {
      refuseDeadLink(offer.invitation, claims, ctx.now)
      const address = checkUser(policy.policy, offer, user)
      await refuseOtherMember(tx, offer, user, address)
      const member = await takeSeat(tx, offer, { user, address, now: ctx.now })
      appendAcceptance(tx, ctx, organization, { offer, member })
      await settleSeats(tx, ctx, organization, [
        {
          memberId: member.id,
          before: { ...offer.member, status: statusAt(offer.member, ctx.now) },
          after: member
        }
      ])
      return { member, policy }
    })
  })
}

/** The seat may have been taken by this very person before, and still be theirs. */
function isSameAcceptance({ invitation, member }: Offer, claims: LinkClaims, user: User): boolean {
  return (
    invitation.status === 'accepted' &&
    invitation.generation === claims.generation &&
    member.invitationId === invitation.id &&
    member.userId === user.id &&
    member.status !== 'removed'
  )
}

/** Never says which address was invited. */
function checkUser(policy: Policy, { invitation }: Offer, user: User): EmailAddress {
  if (policy.invitations.email_must_be_verified && !user.email_verified) throw emailNotVerified()
  const address = parseEmail(user.email)
  if (!address) throw new Error('the schema lets through only what parses')
  if (invitation.emailMustMatch && address.key !== invitation.emailKey) throw emailMismatch()
  return address
}

/**
 * The person, or somebody of their address, holds another seat of this organization; a seat that is
 * to be taken over, its present holder.
 */
async function refuseOtherMember(
  tx: Tx,
  { invitation, member }: Offer,
  user: User,
  address: EmailAddress
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
  if (other) throw alreadyMember({ member_id: other.id })
}

/** Everything else of the member stays: id, role, resources, groups, the host's own id. */
async function takeSeat(
  tx: Tx,
  { invitation, member }: Offer,
  { user, address, now }: { user: User; address: EmailAddress; now: Date }
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
      lastActiveAt: null,
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
  changes: { status: [member.status, 'active'] }
})
