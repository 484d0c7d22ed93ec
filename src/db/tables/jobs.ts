import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const jobs = pgTable(
  'jobs',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('job').notNull(),
    name: text().notNull(),
    payload: jsonb().$type<Record<string, unknown>>().notNull(),
    createdAt: instant('created_at').notNull(),
    handOverAt: instant('hand_over_at'),
    handOvers: integer('hand_overs').notNull().default(0),
    attempts: integer().notNull().default(0),
    lastError: text('last_error'),
    failedAt: instant('failed_at'),
    /** The `traceparent` of what enqueued it; null: nobody was told. */
    traceContext: text('trace_context')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)
