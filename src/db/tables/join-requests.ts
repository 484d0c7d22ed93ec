import { pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const JOIN_REQUEST_STATUSES = ['pending', 'approved', 'denied'] as const

export const joinRequests = pgTable(
  'join_requests',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('jrq').notNull(),
    status: text({ enum: JOIN_REQUEST_STATUSES }).notNull(),
    domain: text().notNull(),
    userId: text('user_id').notNull(),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    name: text(),
    memberId: typeId('mem', 'member_id'),
    decidedByType: text('decided_by_type'),
    decidedById: text('decided_by_id'),
    decidedByName: text('decided_by_name'),
    createdAt: instant('created_at').notNull(),
    decidedAt: instant('decided_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type JoinRequestRow = typeof joinRequests.$inferSelect
