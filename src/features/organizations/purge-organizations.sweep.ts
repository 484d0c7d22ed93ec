import { and, asc, eq, not, type SQL, sql } from 'drizzle-orm'
import { organizations } from '../../db/tables/organizations.js'
import { defineSweep } from '../../jobs/job.js'
import { purgeOrganization } from './purge-organization.js'

/** Of one run: a large organization takes several, so that none keeps a worker for long. */
const ROWS_MAX = 50_000
const ORGANIZATIONS_MAX = 100

/**
 * Takes everything of deleted organizations out of the database; what stays of each is one row of
 * `deleted_organizations`. It locks nothing of the others.
 */
export const purgeOrganizations = defineSweep({
  name: 'purge-organizations',
  everyMs: 10_000,
  runsMax: 1,

  async run(deps) {
    const due = await deps.db
      .select({ id: organizations.id })
      .from(organizations)
      .where(and(eq(organizations.status, 'deleted'), not(isOwedToOthers())))
      .orderBy(asc(organizations.deletedAt))
      .limit(ORGANIZATIONS_MAX)
    let count = 0
    for (const { id } of due) {
      if (count >= ROWS_MAX) break
      count += await purgeOrganization(deps, id, ROWS_MAX - count)
    }
    return count
  }
})

/** Whether something of it is still to be done for others: what they must be told stays until then. */
function isOwedToOthers(): SQL {
  return sql`(exists (
    select from jobs where jobs.organization_id = ${organizations.id} and jobs.failed_at is null)
    or exists (
    select from webhook_endpoints endpoint, lateral (
      select from webhook_deliveries due
      where due.endpoint_id = endpoint.id and due.organization_id = ${organizations.id}
        and due.status = 'pending' limit 1) due))`
}
