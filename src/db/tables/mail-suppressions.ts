import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const SUPPRESSION_REASONS = ['bounced', 'complained', 'unsubscribed'] as const

/** Addresses to which nothing is sent: anywhere (`DEPLOYMENT_ID`), or for one organization. */
export const mailSuppressions = pgTable(
  'mail_suppressions',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('sup').notNull(),
    emailKey: text('email_key').notNull(),
    reason: text({ enum: SUPPRESSION_REASONS }).notNull(),
    detail: text(),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.emailKey] })]
)

export type MailSuppressionRow = typeof mailSuppressions.$inferSelect
