import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { Problem } from '../../errors.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { insufficientCredits } from './errors.js'
import { lockPool } from './lock-pool.js'
import { settleDue } from './settle-credits.js'

/** What a command may still take out of the pool. */
export interface Purse {
  /** Why so much cannot be taken. */
  refuse(amount: number): Problem | undefined
  /** Counts it as taken, for whoever comes next. */
  take(amount: number): void
}

/**
 * Counts what is in the pool, for whoever plans first and moves afterwards: until the commit nobody
 * else takes anything out of it. What time has done to it is written down first. Where nothing is
 * wanted nothing is asked.
 */
export async function openPurse(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  wanted: number
): Promise<Purse> {
  let available = wanted === 0 ? 0 : await settlePool(tx, ctx, organization)
  return {
    refuse: (needed) =>
      needed > available ? insufficientCredits({ available, needed }) : undefined,
    take(amount) {
      available -= amount
    }
  }
}

/** What has expired, or lapsed, is not to be counted, or is. */
async function settlePool(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization
): Promise<number> {
  await settleDue(tx, ctx, organization)
  return lockPool(tx, organization)
}
