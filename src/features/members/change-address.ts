import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { MemberRow } from '../../db/tables/members.js'
import { claimAddress } from '../invitations/claim-address.js'
import { rememberIdentities } from '../users/remember-identities.js'
import { invitedAddress } from './errors.js'
import type { LockedMember } from './queries.js'

/**
 * Makes sure that a member can have another address: nobody else has it, or is offered a seat or an
 * account by it. Whoever is invited is known by nothing else, and their link went there.
 *
 * @throws Problem invited_address, already_member, already_invited
 */
export async function claimNewAddress(
  tx: Tx,
  ctx: OrgContext,
  { organization, member, target }: LockedMember,
  { email = member.email, emailKey: key = member.emailKey }: Partial<MemberRow>
): Promise<void> {
  if (email === member.email) return
  const { invitationId, userId } = member
  if (userId === null) {
    throw invitedAddress({ invitation_id: invitationId, member_status: target.status })
  }
  // The same address, written otherwise.
  if (key === member.emailKey) return
  await claimAddress(tx, ctx, organization, { email, key })
  await rememberIdentities(tx, ctx, [member])
}
