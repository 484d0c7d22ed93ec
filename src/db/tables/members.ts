import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const MEMBER_STATUSES = [
  'invited',
  'invitation_expired',
  'active',
  'suspended',
  'reassignment_pending',
  'removed'
] as const
export type MemberStatus = (typeof MEMBER_STATUSES)[number]

export const members = pgTable(
  'members',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('mem').notNull(),
    externalId: text('external_id'),
    userId: text('user_id'),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    name: text(),
    role: text().notNull(),
    /** As last written: an offer that has run out says `invited` until somebody writes it. */
    status: text({ enum: MEMBER_STATUSES }).notNull(),
    endedBy: text('ended_by', { enum: ['canceled', 'declined', 'removed', 'left'] }),
    invitationId: typeId('inv', 'invitation_id'),
    offerExpiresAt: instant('offer_expires_at'),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    joinedAt: instant('joined_at'),
    removedAt: instant('removed_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type MemberRow = typeof members.$inferSelect
