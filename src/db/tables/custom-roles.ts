import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import type { Locale } from '../../errors.js'
import { instant, typeId } from '../columns.js'

export const customRoles = pgTable(
  'custom_roles',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    key: text().notNull(),
    label: jsonb().$type<Record<Locale, string>>().notNull(),
    permissions: text().array().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.key] })]
)

export type CustomRoleRow = typeof customRoles.$inferSelect
