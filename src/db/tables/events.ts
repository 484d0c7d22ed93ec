import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const events = pgTable(
  'events',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('evt').notNull(),
    type: text().notNull(),
    occurredAt: instant('occurred_at').notNull(),
    actorType: text('actor_type').notNull(),
    actorId: text('actor_id'),
    actorName: text('actor_name'),
    subjectType: text('subject_type').notNull(),
    subjectId: text('subject_id').notNull(),
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    changes: jsonb().$type<Record<string, [before: unknown, after: unknown]>>().notNull(),
    requestId: text('request_id'),
    policyVersion: integer('policy_version')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type EventRow = typeof events.$inferSelect
