import type { Static } from '@sinclair/typebox'
import type { CallContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { maskEmail } from '../../email.js'
import { findRole } from '../../policy/document.js'
import { currentPolicyOf, findOrganization } from '../organizations/queries.js'
import { findInvitation, readInvitationToken, refuseDeadLink } from './queries.js'
import type { InvitationOffer } from './schemas.js'

/**
 * What an invitation offers, for whoever holds its link. Changes nothing, as mail scanners open
 * links too. Public: the token is the proof.
 *
 * @throws Problem invitation_link_invalid, or why the link is dead
 */
export async function lookupInvitation(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<Static<typeof InvitationOffer>> {
  const claims = readInvitationToken(deps, token)
  const row = await findInvitation(deps.db, claims.organizationId, claims.subjectId)
  refuseDeadLink(row, claims, ctx.now)
  const organization = await findOrganization(deps.db, row.organizationId)
  const { policy } = await currentPolicyOf(deps, organization)
  return {
    organization: { name: organization.name },
    role: { key: row.role, label: findRole(policy, row.role)?.label[ctx.locale] ?? row.role },
    invited_by: { name: row.invitedByName },
    email: maskEmail(row.email),
    expires_at: row.expiresAt?.toISOString() ?? null
  }
}
