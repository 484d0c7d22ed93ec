import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Locale } from '../../errors.js'
import { instant, typeId } from '../columns.js'

/** What the host tells people by mail through us. */
export const notices = pgTable(
  'notices',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('ntc').notNull(),
    /** Active members whose role has it are told. */
    permission: text().notNull(),
    subject: jsonb().$type<Record<Locale, string>>().notNull(),
    text: jsonb().$type<Record<Locale, string>>().notNull(),
    recipientCount: integer('recipient_count').notNull(),
    createdByType: text('created_by_type').notNull(),
    createdById: text('created_by_id'),
    createdByName: text('created_by_name'),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type NoticeRow = typeof notices.$inferSelect
