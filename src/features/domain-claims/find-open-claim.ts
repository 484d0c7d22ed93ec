import type { CallContext } from '../../context.js'
import { type LinkClaims, readLinkToken } from '../../crypto/link-token.js'
import { domainClaims } from '../../db/tables/domain-claims.js'
import type { Deps } from '../../deps.js'
import { maskEmail } from '../../email.js'
import { inWordsOf, type OwnTexts } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import { organizationStatusAt, refuseChange } from '../../standing.js'
import { currentPolicyOf, findIfThere } from '../organizations/queries.js'
import { LINK_GENERATION } from './claim-code.js'
import { domainClaimVerified, domainLinkInvalid } from './errors.js'
import { isClaim } from './queries.js'
import { refuseEnded } from './write-verified.js'

/** A claim that waits for whoever got the mail. */
export interface OpenClaim {
  readonly domain: string
  /** Masked. */
  readonly email: string
  readonly organization: { readonly id: string; readonly name: string }
  /** Who has claimed it; null: nobody who has a name. */
  readonly claimedByName: string | null
  readonly expiresAt: Date
  /** What an address on the domain will let people do: join, or ask to. */
  readonly join: Policy['domain_claims']['join']
  /** The organization's: an IANA name such as `Europe/Paris`. */
  readonly timeZone: string
  /** The policy's own words, by code and language. */
  readonly texts: OwnTexts
}

/** @throws Problem domain_link_invalid */
export function readClaimToken(deps: Deps, token: string): LinkClaims {
  const claims = readLinkToken('dom', token, deps.linkSecrets)
  if (claims?.generation !== LINK_GENERATION) throw domainLinkInvalid()
  return claims
}

/**
 * What is confirmed by a mail's link, for whoever holds it. Changes nothing, as mail scanners open
 * links too. Public: the token is the proof.
 *
 * @throws Problem domain_link_invalid, organization_canceled, domain_claim_verified, why it has ended
 */
export async function findOpenClaim(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<OpenClaim> {
  const claims = readClaimToken(deps, token)
  const organization = await findIfThere(deps.db, claims.organizationId, ctx.now)
  if (!organization) throw domainLinkInvalid()
  const [row] = await deps.db
    .select()
    .from(domainClaims)
    .where(isClaim(organization.id, claims.subjectId))
  if (!row) throw domainLinkInvalid()
  const { policy } = await currentPolicyOf(deps, deps.db, organization)
  await inWordsOf(policy.texts, () => {
    const canceled = refuseChange(organizationStatusAt(organization, ctx.now), policy)
    if (canceled) throw canceled
    refuseEnded(row, ctx.now)
    if (row.status === 'verified') throw domainClaimVerified({ domain: row.domain })
  })
  return {
    domain: row.domain,
    email: maskEmail(row.email ?? ''),
    organization: { id: organization.id, name: organization.name },
    claimedByName: row.claimedByName,
    expiresAt: row.expiresAt,
    join: policy.domain_claims.join,
    timeZone: organization.timeZone,
    texts: policy.texts
  }
}
