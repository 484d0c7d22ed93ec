import type { Static } from '@sinclair/typebox'
import type { CallContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { maskEmail } from '../../email.js'
import { inWordsOf, type OwnTexts } from '../../errors.js'
import { findRole } from '../../policy/roles.js'
import { organizationStatusAt, refuseChange } from '../../standing.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import { acceptUrlOf } from '../organizations/sender-settings.js'
import { invitationLinkInvalid } from './errors.js'
import { findOffer, readInvitationToken, refuseDeadLink } from './queries.js'
import type { InvitationOffer } from './schemas.js'

/** An invitation whose link works. */
export interface OpenInvitation {
  readonly organizationId: string
  readonly offer: Omit<Static<typeof InvitationOffer>, 'kind'>
  readonly kind: InvitationRow['kind']
  /** The inviter's own words. */
  readonly message: string | null
  /** The policy's own words, by code and language. */
  readonly texts: OwnTexts
  /** The organization's: an IANA name such as `Europe/Paris`. */
  readonly timeZone: string
  /** Where the product takes over; undefined: nobody has said where, or it is not allowed now. */
  readonly acceptUrl: string | undefined
}

/**
 * What an invitation offers and where it goes on, for whoever holds its link. Changes nothing, as
 * mail scanners open links too. Public: the token is the proof.
 *
 * @throws Problem invitation_link_invalid, organization_canceled, or why the link is dead
 */
export async function findOpenInvitation(
  deps: Deps,
  db: Db,
  ctx: CallContext,
  token: string
): Promise<OpenInvitation> {
  const claims = readInvitationToken(deps, token)
  const organization = await findIfThere(db, claims.organizationId, ctx.now)
  const offer = organization && (await findOffer(db, organization.id, claims.subjectId))
  if (!offer) throw invitationLinkInvalid()
  const { invitation: row } = offer
  const { policy } = await currentPolicyOf(deps, db, organization)
  await inWordsOf(policy.texts, () => {
    const canceled = refuseChange(organizationStatusAt(organization, ctx.now), policy)
    if (canceled) throw canceled
    refuseDeadLink(row, claims, ctx.now)
  })
  return {
    organizationId: organization.id,
    offer: {
      organization: { name: organization.name },
      role: { key: row.role, label: findRole(policy, row.role)?.label[ctx.locale] ?? row.role },
      invited_by: { name: row.invitedByName },
      email: maskEmail(row.email),
      expires_at: row.expiresAt?.toISOString() ?? null
    },
    kind: row.kind,
    message: row.message,
    texts: policy.texts,
    timeZone: organization.timeZone,
    acceptUrl: acceptUrlOf(deps.config, policy, organization)
  }
}
