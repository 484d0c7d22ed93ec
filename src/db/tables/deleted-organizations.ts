import { pgTable, text } from 'drizzle-orm/pg-core'
import { instant, typeId } from '../columns.js'

/** All that is left of an organization once it is purged. */
export const deletedOrganizations = pgTable('deleted_organizations', {
  organizationId: typeId('org', 'organization_id').primaryKey(),
  externalId: text('external_id'),
  policyKey: text('policy_key').notNull(),
  deletedAt: instant('deleted_at').notNull(),
  deletedByType: text('deleted_by_type').notNull(),
  deletedById: text('deleted_by_id'),
  purgedAt: instant('purged_at')
})
