import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

/** By what a seat's holder was known, where the seat says otherwise by now. */
export const formerIdentities = pgTable(
  'former_identities',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    memberId: typeId('mem', 'member_id').notNull(),
    /** Counts within the seat. */
    number: integer().notNull(),
    userId: text('user_id').notNull(),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    name: text(),
    avatarUrl: text('avatar_url'),
    joinedAt: instant('joined_at'),
    until: instant('until').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.memberId, t.number] })]
)

export type FormerIdentity = typeof formerIdentities.$inferSelect
