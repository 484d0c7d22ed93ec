import { boolean, jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

/** `requested`: somebody is to have a new one, which the host makes and then says so. */
export const RESOURCE_STATUSES = ['requested', 'active'] as const
export type ResourceStatus = (typeof RESOURCE_STATUSES)[number]

export const resources = pgTable(
  'resources',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('res').notNull(),
    kind: text().notNull(),
    externalId: text('external_id'),
    name: text(),
    status: text({ enum: RESOURCE_STATUSES }).notNull(),
    /** Whether whoever holds it holds it alone: every grant on it agrees, by a foreign key. */
    exclusive: boolean().notNull(),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type ResourceRow = typeof resources.$inferSelect

export const resourceOwners = pgTable(
  'resource_owners',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    resourceId: typeId('res', 'resource_id').notNull(),
    memberId: typeId('mem', 'member_id').notNull(),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.resourceId, t.memberId] })]
)

export type OwnerRow = typeof resourceOwners.$inferSelect

/** Of a grant only its use changes: another mode is another grant. */
export const resourceGrants = pgTable(
  'resource_grants',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    resourceId: typeId('res', 'resource_id').notNull(),
    memberId: typeId('mem', 'member_id').notNull(),
    mode: text().notNull(),
    exclusive: boolean().notNull(),
    /** Whether it counts against what goes with a seat. */
    charged: boolean().notNull(),
    lastUsedAt: instant('last_used_at'),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.resourceId, t.memberId] })]
)

export type GrantRow = typeof resourceGrants.$inferSelect

export const resourceGroupGrants = pgTable(
  'resource_group_grants',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    resourceId: typeId('res', 'resource_id').notNull(),
    groupId: typeId('grp', 'group_id').notNull(),
    mode: text().notNull(),
    /** Never: many have it. */
    exclusive: boolean().notNull(),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.resourceId, t.groupId] })]
)

export type GroupGrantRow = typeof resourceGroupGrants.$inferSelect
