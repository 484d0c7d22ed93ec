import { pgTable, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, typeId } from '../columns.js'

export const apiKeys = pgTable('api_keys', {
  id: typeId('key').primaryKey(),
  name: text().notNull(),
  secretHash: bytea('secret_hash').notNull(),
  scopes: text().array().notNull(),
  /** Raw uuids; null: every organization. */
  organizationIds: uuid('organization_ids').array(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at'),
  revokedAt: instant('revoked_at')
})

export type ApiKeyRow = typeof apiKeys.$inferSelect
