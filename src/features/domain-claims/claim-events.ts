import type { DomainClaimRow } from '../../db/tables/domain-claims.js'
import type { NewEvent } from '../events/append-events.js'
import type { EventType } from '../events/event-types.js'

type ClaimEvent = Extract<EventType, `domain_claim.${string}`>

const toEvent = (
  type: ClaimEvent,
  { id, domain, method }: DomainClaimRow,
  more: Record<string, unknown> = {}
): NewEvent => ({
  type,
  subject: { type: 'domain_claim', id },
  data: { domain, method, ...more }
})

export const claimCreated = (row: DomainClaimRow) =>
  toEvent('domain_claim.created', row, { email: row.email })

export const claimVerified = (row: DomainClaimRow): NewEvent => ({
  ...toEvent('domain_claim.verified', row),
  changes: { status: ['pending', 'verified'] }
})

/** Of a claim as it is now. */
export const claimFailed = (row: DomainClaimRow, before: DomainClaimRow['status']): NewEvent => ({
  ...toEvent('domain_claim.failed', row, { failure: row.failure }),
  changes: { status: [before, 'failed'] }
})

export const claimReleased = (row: DomainClaimRow, before: DomainClaimRow['status']): NewEvent => ({
  ...toEvent('domain_claim.released', row),
  changes: { status: [before, 'released'] }
})
