import { pgTable, text } from 'drizzle-orm/pg-core'
import { bytea, instant, typeId } from '../columns.js'

export const LOGO_TYPES = ['image/png', 'image/jpeg', 'image/webp'] as const

/** How an organization's pages look; apart from its row, which every request reads. */
export const brandings = pgTable('brandings', {
  organizationId: typeId('org', 'organization_id').primaryKey(),
  /** `#rrggbb` */
  color: text(),
  logoType: text('logo_type', { enum: LOGO_TYPES }),
  logo: bytea(),
  updatedAt: instant('updated_at').notNull()
})

export type BrandingRow = typeof brandings.$inferSelect
