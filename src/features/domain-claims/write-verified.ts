import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type DomainClaimRow, verifiedDomains } from '../../db/tables/domain-claims.js'
import { appendEvents } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { claimVerified } from './claim-events.js'
import { CHECK_AFTER_MS } from './dns-record.js'
import { domainClaimFailed, domainClaimReleased, domainCodeExpired, domainTaken } from './errors.js'
import { claimAt, writeClaim } from './queries.js'

/**
 * Refuses what can be proven no more.
 *
 * @throws Problem domain_code_expired, domain_claim_failed, domain_claim_released
 */
export function refuseEnded(row: DomainClaimRow, now: Date): void {
  const { status, failure, expiresAt } = claimAt(row, now)
  if (status === 'released') throw domainClaimReleased()
  if (status !== 'failed') return
  throw failure === 'code_expired'
    ? domainCodeExpired({ failure, expired_at: expiresAt.toISOString() })
    : domainClaimFailed({ failure })
}

/**
 * Makes a pending claim that has been proven the one that counts. Whoever comes second at the same
 * moment waits here for the first, and is told (OP-58).
 *
 * @throws Problem domain_taken: the claim stays pending
 */
export async function writeVerified(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  row: DomainClaimRow
): Promise<DomainClaimRow> {
  const { organizationId, domain, id } = row
  const isByRecord = row.method === 'dns'
  const verified = await writeClaim(tx, ctx, row, {
    status: 'verified',
    verifiedAt: ctx.now,
    checkedAt: isByRecord ? ctx.now : null,
    checkAt: isByRecord ? new Date(ctx.now.getTime() + CHECK_AFTER_MS) : null
  })
  const taken = await tx
    .insert(verifiedDomains)
    .values({ domain, organizationId, claimId: id })
    .onConflictDoNothing()
    .returning()
  if (taken.length === 0) throw domainTaken({ domain })
  appendEvents(tx, ctx, placeOf(organization), [claimVerified(verified)])
  return verified
}
