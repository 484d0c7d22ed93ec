import { and, eq } from 'drizzle-orm'
import type { Tx } from '../../db/client.js'
import { creditAccounts, POOL_HOLDER } from '../../db/tables/credits.js'
import type { LockedOrganization } from '../organizations/queries.js'

/**
 * How many credits are in the pool, which nobody else takes any out of until the commit: for commands
 * that plan before they move anything. What is due has been settled before. Of a pool into which
 * nothing was put there is no row.
 */
export async function lockPool(tx: Tx, { row }: LockedOrganization): Promise<number> {
  const { organizationId, holderId, balance } = creditAccounts
  const [pool] = await tx
    .select({ balance })
    .from(creditAccounts)
    .where(and(eq(organizationId, row.id), eq(holderId, POOL_HOLDER)))
    .for('no key update')
  return pool?.balance ?? 0
}
