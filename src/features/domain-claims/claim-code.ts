import { createHmac, timingSafeEqual } from 'node:crypto'
import { createLinkToken } from '../../crypto/link-token.js'
import type { DomainClaimRow } from '../../db/tables/domain-claims.js'
import type { Deps } from '../../deps.js'

const DIGITS = 6
/** Of a number this long a rest modulo a million prefers no code by more than one in 10^8. */
const NUMBER_BYTES = 6

/** Wrong codes that a claim takes, the last one included: it fails by it. */
export const TRIES_MAX = 5
/** One mail is sent of each claim, so its link has one generation. */
export const LINK_GENERATION = 1

type Secrets = Pick<Deps, 'linkSecrets'>
type Claim = Pick<DomainClaimRow, 'organizationId' | 'id' | 'secretId'>

/** Six digits, computed from the secret when they are needed: stored nowhere. */
export function codeOf({ linkSecrets }: Secrets, { organizationId, id, secretId }: Claim): string {
  const secret = linkSecrets.byId.get(secretId)
  if (!secret) throw new Error(`MUSTER_LINK_SECRETS no longer holds "${secretId}"`)
  const hash = createHmac('sha256', secret)
    .update(JSON.stringify(['domain-code', organizationId, id]))
    .digest()
  return String(hash.readUIntBE(0, NUMBER_BYTES) % 10 ** DIGITS).padStart(DIGITS, '0')
}

/** In the same time whatever is given; the schema says that it has six digits. */
export function isCodeOf(secrets: Secrets, claim: Claim, given: string): boolean {
  const [right, asked] = [Buffer.from(codeOf(secrets, claim)), Buffer.from(given)]
  return right.length === asked.length && timingSafeEqual(right, asked)
}

/** The link that the mail has beside the code: opening it proves the same. */
export function linkOf({ linkSecrets }: Secrets, claim: Claim, baseUrl: string): string {
  const { organizationId, id: subjectId, secretId } = claim
  const claims = { organizationId, subjectId, generation: LINK_GENERATION, secretId }
  return `${baseUrl}/domains/${createLinkToken('dom', claims, linkSecrets)}`
}
