import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const CLAIM_METHODS = ['email', 'dns'] as const
export const CLAIM_STATUSES = ['pending', 'verified', 'failed', 'released'] as const
export type ClaimStatus = (typeof CLAIM_STATUSES)[number]
/** Why a claim fails. */
export const CLAIM_FAILURES = [
  'code_expired',
  'too_many_tries',
  'not_proven_in_time',
  'record_missing'
] as const

export const domainClaims = pgTable(
  'domain_claims',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('dom').notNull(),
    /** In its ASCII form, in lower case. */
    domain: text().notNull(),
    method: text({ enum: CLAIM_METHODS }).notNull(),
    /** As last written: one whose time is over says `pending` until somebody writes it. */
    status: text({ enum: CLAIM_STATUSES }).notNull(),
    email: text(),
    secretId: text('secret_id').notNull(),
    tries: integer().notNull(),
    challenge: text(),
    failure: text({ enum: CLAIM_FAILURES }),
    claimedByType: text('claimed_by_type').notNull(),
    claimedById: text('claimed_by_id'),
    claimedByName: text('claimed_by_name'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    verifiedAt: instant('verified_at'),
    checkedAt: instant('checked_at'),
    missingSince: instant('missing_since'),
    /** When the record is to be looked at again. */
    checkAt: instant('check_at'),
    endedAt: instant('ended_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type DomainClaimRow = typeof domainClaims.$inferSelect

/** Which organization a domain belongs to: a global table. */
export const verifiedDomains = pgTable('verified_domains', {
  domain: text().primaryKey(),
  organizationId: typeId('org', 'organization_id').notNull(),
  claimId: typeId('dom', 'claim_id').notNull()
})
