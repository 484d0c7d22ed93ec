import { boolean, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Locale } from '../../errors.js'
import { instant, typeId, wholeNumber } from '../columns.js'

export const INVITATION_STATUSES = [
  'pending',
  'accepted',
  'declined',
  'canceled',
  'expired'
] as const
export type InvitationStatus = (typeof INVITATION_STATUSES)[number]

/** A seat of one's own, or the seat of somebody who leaves it. */
export const INVITATION_KINDS = ['seat', 'reassignment'] as const

export const DELIVERIES = ['queued', 'sent', 'failed'] as const

export const invitations = pgTable(
  'invitations',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('inv').notNull(),
    memberId: typeId('mem', 'member_id').notNull(),
    kind: text({ enum: INVITATION_KINDS }).notNull(),
    email: text().notNull(),
    emailKey: text('email_key').notNull(),
    /** Of a reassignment: the member bears the name of whoever still holds the seat. */
    name: text(),
    role: text().notNull(),
    /** What is reserved for whoever accepts; null: nothing. */
    credits: wholeNumber('credits'),
    /** As last written: one that has run out says `pending` until somebody writes it. */
    status: text({ enum: INVITATION_STATUSES }).notNull(),
    delivery: text({ enum: DELIVERIES }),
    locale: text().$type<Locale>().notNull(),
    message: text(),
    generation: integer().notNull(),
    secretId: text('secret_id').notNull(),
    sendCount: integer('send_count').notNull(),
    policyVersion: integer('policy_version').notNull(),
    lifetimeDays: integer('lifetime_days'),
    emailMustMatch: boolean('email_must_match').notNull(),
    invitedByType: text('invited_by_type').notNull(),
    invitedById: text('invited_by_id').notNull(),
    invitedByName: text('invited_by_name'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    sentAt: instant('sent_at'),
    expiresAt: instant('expires_at'),
    endedAt: instant('ended_at'),
    /** By which page the person invited themselves; null: somebody else did. */
    signupPageId: typeId('sgp', 'signup_page_id')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type InvitationRow = typeof invitations.$inferSelect

export const resendAllowances = pgTable(
  'resend_allowances',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    emailKey: text('email_key').notNull(),
    windowStartedAt: instant('window_started_at').notNull(),
    sent: integer().notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.emailKey] })]
)
