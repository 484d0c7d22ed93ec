import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
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

export const LAPSED_STATUSES = ['invitation_expired', 'reassignment_pending', 'active'] as const

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
    /** As last written: `statusAt` and `member_status_at` know which offers have run out. */
    status: text({ enum: MEMBER_STATUSES }).notNull(),
    endedBy: text('ended_by', { enum: ['canceled', 'declined', 'removed', 'left'] }),
    invitationId: typeId('inv', 'invitation_id'),
    offerExpiresAt: instant('offer_expires_at'),
    /** What the status is from that instant on. */
    offerLapsesTo: text('offer_lapses_to', { enum: LAPSED_STATUSES }),
    /** How many grants of its are counted against what goes with a seat; the database counts. */
    chargedResources: integer('charged_resources').notNull(),
    avatarUrl: text('avatar_url'),
    lastActiveAt: instant('last_active_at'),
    lastSignInAt: instant('last_sign_in_at'),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    joinedAt: instant('joined_at'),
    removedAt: instant('removed_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type MemberRow = typeof members.$inferSelect
