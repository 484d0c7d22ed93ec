import { integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import type { Locale } from '../../errors.js'
import { instant, typeId, wholeNumber } from '../columns.js'

/** Null values are never stored: a missing key means that policy or environment decide. */
export interface LinkSettings {
  base_url?: string
  accept_url?: string
}

export interface MailSettings {
  from?: string
  reply_to?: string
}

/** What the host's billing says beyond its status, the plan and its seats. */
export interface BillingSettings {
  /** Days of the organization's calendar, `2026-11-01`; `ends_on` is the first day after it. */
  period?: { starts_on: string; ends_on: string }
  /** ISO 4217. */
  currency?: string
  /** For a whole period, in minor units. */
  prices?: { seat?: number; resource?: number }
  /** Whom the host regards as the owner of the team. */
  account_owner?: string
}

export const ORGANIZATION_STATUSES = [
  'active',
  'canceled',
  'flagged_for_deletion',
  'deleted'
] as const
export type OrganizationStatus = (typeof ORGANIZATION_STATUSES)[number]

export const BILLING_STATUSES = ['ok', 'past_due'] as const

export const organizations = pgTable('organizations', {
  id: typeId('org').primaryKey(),
  externalId: text('external_id'),
  name: text().notNull(),
  policyKey: text('policy_key').notNull(),
  /** As last written: `organizationStatusAt` knows what time has made of it. */
  status: text({ enum: ORGANIZATION_STATUSES }).notNull(),
  /** How many seats the plan has or are paid for; null: as the policy says. */
  seats: integer(),
  entitlements: text().array().notNull(),
  locale: text().$type<Locale>().notNull(),
  timeZone: text('time_zone').notNull(),
  links: jsonb().$type<LinkSettings>().notNull(),
  mail: jsonb().$type<MailSettings>().notNull(),
  metadata: jsonb().$type<Record<string, string>>().notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
  billingStatus: text('billing_status', { enum: BILLING_STATUSES }).notNull(),
  plan: text(),
  billing: jsonb().$type<BillingSettings>().notNull(),
  /** Minor units. */
  creditBalance: wholeNumber('credit_balance').notNull(),
  billingNumber: integer('billing_number').notNull(),
  canceledAt: instant('canceled_at'),
  flagAt: instant('flag_at'),
  deleteAt: instant('delete_at'),
  deletedAt: instant('deleted_at')
})

export type OrganizationRow = typeof organizations.$inferSelect
