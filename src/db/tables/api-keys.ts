import { inet, integer, pgTable, text, uuid } from 'drizzle-orm/pg-core'
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
  revokedAt: instant('revoked_at'),
  /** The secret before the last rotation, and until when it is good. */
  previousSecretHash: bytea('previous_secret_hash'),
  previousSecretEndsAt: instant('previous_secret_ends_at'),
  /** Requests a minute; null: what the deployment allows. */
  rateLimit: integer('rate_limit'),
  /** Written at most once a minute. */
  lastUsedAt: instant('last_used_at'),
  lastUsedIp: inet('last_used_ip')
})

export type ApiKeyRow = typeof apiKeys.$inferSelect
