import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { day, instant, typeId, wholeNumber } from '../columns.js'

export const CHARGES = ['overage', 'member_added', 'resource_added'] as const
/** Charges, credits, and what ends what is left of those. */
export const ENTRY_KINDS = [
  ...CHARGES,
  'member_removed',
  'resource_removed',
  'credit_expired'
] as const

export const billingEntries = pgTable(
  'billing_entries',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('bil').notNull(),
    number: integer().notNull(),
    kind: text({ enum: ENTRY_KINDS }).notNull(),
    reason: text().notNull(),
    subjectType: text('subject_type', { enum: ['invitation', 'member', 'organization'] }).notNull(),
    subjectId: text('subject_id').notNull(),
    quantity: integer().notNull(),
    plan: text(),
    currency: text(),
    unitPrice: wholeNumber('unit_price'),
    periodStartsOn: day('period_starts_on'),
    periodEndsOn: day('period_ends_on'),
    days: integer(),
    daysOf: integer('days_of'),
    amount: wholeNumber('amount'),
    creditApplied: wholeNumber('credit_applied').notNull(),
    occurredAt: instant('occurred_at').notNull(),
    createdAt: instant('created_at').notNull(),
    policyVersion: integer('policy_version').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type BillingEntryRow = typeof billingEntries.$inferSelect
