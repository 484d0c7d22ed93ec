import { integer, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

/** Before and after, by the wire's field names. */
export type Changes = Record<string, [before: unknown, after: unknown]>

/** As written: the database gives it its `position`. */
export const events = pgTable(
  'events',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('evt').notNull(),
    keepUntil: instant('keep_until').notNull(),
    type: text().notNull(),
    occurredAt: instant('occurred_at').notNull(),
    actorType: text('actor_type').notNull(),
    /** Null also where it is the host's own id of a person: that is personal. */
    actorId: text('actor_id'),
    subjectType: text('subject_type').notNull(),
    subjectId: text('subject_id').notNull(),
    /** Both without what is personal. */
    data: jsonb().$type<Record<string, unknown>>().notNull(),
    changes: jsonb().$type<Changes>().notNull(),
    requestId: text('request_id'),
    policyVersion: integer('policy_version'),
    /** The `traceparent` of what wrote it, for what is sent of it; null: nobody was told. */
    traceContext: text('trace_context')
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id, t.keepUntil] })]
)

/** What of an event is personal by itself: with its salt, and once blotted out with its hash. */
export type Leaf =
  | readonly [value: unknown, salt: string]
  | readonly [left: unknown, salt: null, hash: string]

/** `actor_id`, `actor_name`, `api_key_id`, `ip`, `user_agent`, `data.<field>`, `changes.<field>`. */
export type Leaves = Record<string, Leaf>

export const eventPersonal = pgTable(
  'event_personal',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    eventId: typeId('evt', 'event_id').notNull(),
    keepUntil: instant('keep_until').notNull(),
    leaves: jsonb().$type<Leaves>().notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.eventId, t.keepUntil] })]
)
