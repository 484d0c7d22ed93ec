import { and, eq, lte } from 'drizzle-orm'
import { creditHolds, creditLots } from '../../db/tables/credits.js'
import { organizations } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { isThere } from '../organizations/queries.js'
import { settleOrganization } from './settle-credits.js'

const ORGANIZATIONS_MAX = 50

/**
 * Writes down which holds and top-ups have expired, and tells of it. Nobody waits for this: whoever
 * reads balances, or is short of credits, has it written first.
 */
export const settleDueCredits = defineSweep({
  name: 'settle-credits',
  everyMs: 30_000,

  async run(deps) {
    const now = deps.now()
    const ids = await findOrganizations(deps, now)
    let count = 0
    for (const id of ids) count += await settleOrganization(deps, id, now)
    return count
  }
})

async function findOrganizations({ db }: Deps, now: Date): Promise<string[]> {
  const due = (table: typeof creditHolds | typeof creditLots) =>
    db
      .selectDistinct({ id: table.organizationId })
      .from(table)
      .innerJoin(organizations, eq(organizations.id, table.organizationId))
      .where(and(lte(table.expiresAt, now), isThere(now)))
      .limit(ORGANIZATIONS_MAX)
  const found = await due(creditHolds).union(due(creditLots)).limit(ORGANIZATIONS_MAX)
  return found.map(({ id }) => id)
}
