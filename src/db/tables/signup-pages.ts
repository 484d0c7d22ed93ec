import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const signupPages = pgTable(
  'signup_pages',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('sgp').notNull(),
    slug: text().notNull(),
    name: text(),
    role: text().notNull(),
    maxSignups: integer('max_signups').notNull(),
    /** How many have asked; never lowered. */
    signupCount: integer('signup_count').notNull(),
    /** In their ASCII form; null: any. */
    allowedDomains: text('allowed_domains').array(),
    createdByType: text('created_by_type').notNull(),
    createdById: text('created_by_id'),
    createdByName: text('created_by_name'),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
    /** Null: it is open. */
    disabledAt: instant('disabled_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type SignupPageRow = typeof signupPages.$inferSelect

/** Whose page a slug is: a global table. */
export const signupPageSlugs = pgTable('signup_page_slugs', {
  slug: text().primaryKey(),
  organizationId: typeId('org', 'organization_id').notNull(),
  signupPageId: typeId('sgp', 'signup_page_id').notNull()
})

/** Each address that has asked, once per page. */
export const signups = pgTable(
  'signups',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    signupPageId: typeId('sgp', 'signup_page_id').notNull(),
    emailKey: text('email_key').notNull(),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.signupPageId, t.emailKey] })]
)
