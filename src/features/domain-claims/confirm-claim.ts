import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import { domainClaims } from '../../db/tables/domain-claims.js'
import type { Deps } from '../../deps.js'
import { inWordsOf } from '../../errors.js'
import type { Policy } from '../../policy/document.js'
import { enforceUse, lockIfThere } from '../organizations/queries.js'
import { domainLinkInvalid } from './errors.js'
import { readClaimToken } from './find-open-claim.js'
import { isClaim, refuseProof } from './queries.js'
import { refuseEnded, writeVerified } from './write-verified.js'

export interface ConfirmedClaim {
  readonly domain: string
  readonly organization: { readonly id: string; readonly name: string }
  /** What an address on the domain lets people do from now on: join, or ask to. */
  readonly join: Policy['domain_claims']['join']
}

/**
 * Proves a claim by the link of the mail, which is where the code is. Public: the token is the
 * proof. One that is proven already is answered as it is.
 *
 * @throws Problem domain_link_invalid, organization_canceled, not_offered,
 * domain_proof_not_offered, domain_taken, why it has ended
 */
export async function confirmClaim(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<ConfirmedClaim> {
  const { organizationId, subjectId } = readClaimToken(deps, token)
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, { organizationId })
    const [row] = await tx.select().from(domainClaims).where(isClaim(organizationId, subjectId))
    if (!organization || !row) throw domainLinkInvalid()
    const { policy } = organization.policy
    return inWordsOf(policy.texts, async () => {
      const { id, name } = organization.row
      const { join } = policy.domain_claims
      const confirmed = { domain: row.domain, organization: { id, name }, join }
      if (row.status === 'verified') return confirmed
      refuseEnded(row, ctx.now)
      enforceUse(organization, 'domain.claim')
      refuseProof(policy, row.method)
      await writeVerified(tx, ctx, organization, row)
      return confirmed
    })
  })
}
