import { boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { bytea, instant, typeId, wholeNumber } from '../columns.js'

export const DISABLED_REASONS = ['manual', 'gone', 'failing'] as const
export type DisabledReason = (typeof DISABLED_REASONS)[number]

export const webhookEndpoints = pgTable('webhook_endpoints', {
  id: typeId('whe').primaryKey(),
  url: text().notNull(),
  description: text(),
  /** As they were given, and as patterns of `like`. */
  eventTypes: text('event_types').array().notNull(),
  typePatterns: text('type_patterns').array().notNull(),
  /** Raw uuids; null: of every organization, and of the deployment itself. */
  organizationIds: uuid('organization_ids').array(),
  enabled: boolean().notNull(),
  ordered: boolean().notNull(),
  contactEmail: text('contact_email'),
  /** Sealed, as is the one before, which signs as well until its time is over. */
  secret: bytea('secret').notNull(),
  previousSecret: bytea('previous_secret'),
  previousSecretUntil: instant('previous_secret_until'),
  disabledAt: instant('disabled_at'),
  disabledReason: text('disabled_reason', { enum: DISABLED_REASONS }),
  /** Since when nothing has succeeded, how often in a row, and until when nobody tries. */
  failingSince: instant('failing_since'),
  failures: integer().notNull(),
  pausedUntil: instant('paused_until'),
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull()
})

export type WebhookEndpointRow = typeof webhookEndpoints.$inferSelect

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'discarded'] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

export const webhookDeliveries = pgTable(
  'webhook_deliveries',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('dlv').notNull(),
    endpointId: typeId('whe', 'endpoint_id').notNull(),
    eventId: typeId('evt', 'event_id').notNull(),
    eventKeepUntil: instant('event_keep_until').notNull(),
    eventType: text('event_type').notNull(),
    position: wholeNumber('position').notNull(),
    status: text({ enum: DELIVERY_STATUSES }).notNull(),
    /** Scheduled ones since it was made, or since it was last asked for again. */
    attempts: integer().notNull(),
    /** Null: it is not pending. */
    nextAttemptAt: instant('next_attempt_at'),
    createdAt: instant('created_at').notNull(),
    endedAt: instant('ended_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type WebhookDeliveryRow = typeof webhookDeliveries.$inferSelect

export const webhookAttempts = pgTable(
  'webhook_attempts',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    deliveryId: typeId('dlv', 'delivery_id').notNull(),
    number: integer().notNull(),
    attemptedAt: instant('attempted_at').notNull(),
    latencyMs: integer('latency_ms').notNull(),
    /** Null: there was no answer, and `error` says why. */
    statusCode: integer('status_code'),
    responseHeaders: jsonb('response_headers').$type<Record<string, string>>(),
    responseBody: text('response_body'),
    error: text()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.deliveryId, t.number] })]
)

export type WebhookAttemptRow = typeof webhookAttempts.$inferSelect
