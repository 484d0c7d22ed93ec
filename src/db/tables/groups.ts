import { jsonb, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

export const groups = pgTable(
  'groups',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    id: typeId('grp').notNull(),
    externalId: text('external_id'),
    name: text().notNull(),
    metadata: jsonb().$type<Record<string, string>>().notNull(),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.id] })]
)

export type GroupRow = typeof groups.$inferSelect

export const groupMembers = pgTable(
  'group_members',
  {
    organizationId: typeId('org', 'organization_id').notNull(),
    groupId: typeId('grp', 'group_id').notNull(),
    memberId: typeId('mem', 'member_id').notNull(),
    createdAt: instant('created_at').notNull()
  },
  (t) => [primaryKey({ columns: [t.organizationId, t.groupId, t.memberId] })]
)
