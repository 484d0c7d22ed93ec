import { integer, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import type { Locale } from '../../errors.js'
import { instant, typeId } from '../columns.js'

/** Null values are never stored: a missing key means that policy or environment decide. */
export interface LinkSettings {
  base_url?: string
  accept_url?: string
}

export interface MailSettings {
  from?: string
  reply_to?: string
}

export const organizations = pgTable('organizations', {
  id: typeId('org').primaryKey(),
  externalId: text('external_id'),
  name: text().notNull(),
  policyKey: text('policy_key').notNull(),
  status: text({ enum: ['active'] }).notNull(),
  seatLimit: integer('seat_limit'),
  entitlements: text().array().notNull(),
  locale: text().$type<Locale>().notNull(),
  timeZone: text('time_zone').notNull(),
  links: jsonb().$type<LinkSettings>().notNull(),
  mail: jsonb().$type<MailSettings>().notNull(),
  metadata: jsonb().$type<Record<string, string>>().notNull(),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull()
})

export type OrganizationRow = typeof organizations.$inferSelect
