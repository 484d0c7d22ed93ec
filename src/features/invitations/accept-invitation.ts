import { runCommand } from '../../command.js'
import type { CallContext, KeyContext, PersonContext, PolicyVersion } from '../../context.js'
import type { LinkClaims } from '../../crypto/link-token.js'
import type { MemberRow } from '../../db/tables/members.js'
import type { Deps } from '../../deps.js'
import type { EmailAddress } from '../../email.js'
import { inWordsOf } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import type { VouchedUser } from '../../schemas.js'
import { lockIfThere } from '../organizations/queries.js'
import { emailMismatch, invitationLinkInvalid } from './errors.js'
import { findOffer, type Offer, readInvitationToken, refuseDeadLink } from './queries.js'
import { addressOf, takeOffer, verifiedAddressOf } from './take-offer.js'

/** Who has the seat now, and under which policy. */
export interface Accepted {
  readonly member: MemberRow
  readonly policy: PolicyVersion
}

/**
 * The person takes the seat they were offered; the host vouches for who they are, by its key or by a
 * token that it has given them. The same person
 * accepting again gets the same member.
 *
 * @throws Problem invitation_link_invalid, organization_canceled (OP-103), why the link is dead,
 * email_not_verified, email_mismatch, already_member
 */
export async function acceptInvitation(
  deps: Deps,
  caller: KeyContext | PersonContext,
  { token, user }: { readonly token: string; readonly user: VouchedUser }
): Promise<Accepted> {
  const claims = readInvitationToken(deps, token)
  // A key of other organizations learns nothing, not even that the link is good.
  if (caller.organizationIds?.includes(claims.organizationId) === false)
    throw invitationLinkInvalid()
  const ctx: CallContext = {
    ...caller,
    actor: { type: 'user', id: user.id, name: user.name ?? null }
  }

  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, claims)
    const offer = await findOffer(tx, claims.organizationId, claims.subjectId)
    if (!organization || !offer) throw invitationLinkInvalid()
    const { policy } = organization
    if (isSameAcceptance(offer, claims, user)) return { member: offer.member, policy }

    return inWordsOf(policy.policy.texts, async () => {
      refuseDeadLink(offer.invitation, claims, ctx.now)
      const address = checkUser(policy.policy, offer, user)
      return { member: await takeOffer(tx, ctx, organization, { offer, user, address }), policy }
    })
  })
}

/** The seat may have been taken by this very person before, and still be theirs. */
function isSameAcceptance(
  { invitation, member }: Offer,
  claims: LinkClaims,
  user: VouchedUser
): boolean {
  return (
    invitation.status === 'accepted' &&
    invitation.generation === claims.generation &&
    member.invitationId === invitation.id &&
    member.userId === user.id &&
    member.status !== 'removed'
  )
}

/** Never says which address was invited. */
function checkUser(policy: Policy, { invitation }: Offer, user: VouchedUser): EmailAddress {
  const address = policy.invitations.email_must_be_verified
    ? verifiedAddressOf(user)
    : addressOf(user)
  if (invitation.emailMustMatch && address.key !== invitation.emailKey) throw emailMismatch()
  return address
}
