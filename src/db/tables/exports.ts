import { integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { bytea, instant, typeId, wholeNumber } from '../columns.js'

export const EXPORT_STATUSES = ['queued', 'running', 'finished', 'failed', 'expired'] as const

export const exports = pgTable(
  'exports',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('exp').notNull(),
    status: text({ enum: EXPORT_STATUSES }).notNull(),
    requestedByType: text('requested_by_type').notNull(),
    requestedById: text('requested_by_id'),
    requestedByName: text('requested_by_name'),
    lineCount: integer('line_count'),
    byteCount: wholeNumber('byte_count'),
    createdAt: instant('created_at').notNull(),
    startedAt: instant('started_at'),
    finishedAt: instant('finished_at'),
    expiresAt: instant('expires_at')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type ExportRow = typeof exports.$inferSelect

export const exportChunks = pgTable(
  'export_chunks',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    exportId: typeId('exp', 'export_id').notNull(),
    number: integer().notNull(),
    content: bytea().notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.exportId, t.number] })]
)
