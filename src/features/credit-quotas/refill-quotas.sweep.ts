import type { Deps } from '../../deps.js'
import { defineSweep } from '../../jobs/job.js'
import { settleCredits } from '../credits/settle-credits.js'
import { findDue } from './find-due.js'
import { refillOrganization } from './refill-organization.js'

const ORGANIZATIONS_MAX = 50

/**
 * Fills up the quotas of the month that has begun, and of whoever came since. A pool that is known to
 * be short is looked at again once it has enough.
 */
export const refillQuotas = defineSweep({
  name: 'refill-quotas',
  everyMs: 60_000,

  async run(deps) {
    const now = deps.now()
    let count = 0
    for (const id of await findDue(deps.db, now, ORGANIZATIONS_MAX)) {
      count += await refillOf(deps, id, now)
    }
    return count
  }
})

/** Counted only where something was done: what cannot be is not tried again at once. */
async function refillOf(deps: Deps, organizationId: string, now: Date): Promise<number> {
  // Not within the command: accounts are locked once, all together.
  await settleCredits(deps, organizationId, now)
  const refill = await refillOrganization(deps, organizationId, now)
  return refill === undefined || refill.status === 'nothing' ? 0 : 1
}
