import { and, eq, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { creditAccounts, POOL_HOLDER } from '../../db/tables/credits.js'
import { members } from '../../db/tables/members.js'
import type { Policy } from '../../policy/document.js'
import { effectiveStatus } from '../members/effective-status.js'
import type { Month } from './month.js'
import { quotaOf, roleAmountsOf, usableBalance } from './quota.js'

/** Somebody whose quota has not been filled up this month. */
export interface Waiting {
  readonly memberId: string
  /** What is missing to the quota; 0: nothing. */
  readonly amount: number
}

interface Asked {
  readonly organizationId: string
  readonly policy: Policy
  readonly month: Month
  readonly now: Date
  /** Left out: whoever it is. */
  readonly memberIds?: readonly string[]
}

/** Who waits for a refill: active, with a quota, and not filled up since the month began. */
export async function findWaiting(
  db: Db,
  { organizationId, policy, month, now, memberIds }: Asked
): Promise<Waiting[]> {
  const quota = quotaOf(roleAmountsOf(policy))
  const amount = sql<number>`greatest(0, ${quota} - ${usableBalance(now)})`.mapWith(Number)
  return db
    .select({ memberId: members.id, amount })
    .from(members)
    .leftJoin(
      creditAccounts,
      and(
        eq(creditAccounts.organizationId, members.organizationId),
        eq(creditAccounts.holderId, members.id)
      )
    )
    .where(
      and(
        eq(members.organizationId, organizationId),
        eq(effectiveStatus(now), 'active'),
        isBefore(month),
        memberIds && inArray(members.id, [...memberIds]),
        sql`${quota} > 0`
      )
    )
    .orderBy(members.id)
}

/** Whether an account was last filled up before this month. */
export const isBefore = ({ firstDay }: Month): SQL | undefined =>
  or(isNull(creditAccounts.refilledFor), lt(creditAccounts.refilledFor, firstDay))

/** What the pool can hand out; nothing where nothing was ever put into it. */
export async function findAvailable(db: Db, organizationId: string, now: Date): Promise<number> {
  const [pool] = await db
    .select({ available: usableBalance(now).mapWith(Number) })
    .from(creditAccounts)
    .where(
      and(
        eq(creditAccounts.organizationId, organizationId),
        eq(creditAccounts.holderId, POOL_HOLDER)
      )
    )
  return pool?.available ?? 0
}

/** Not exact where it is more than any pool can hold. */
export const sumOf = (waiting: readonly Waiting[]): number =>
  waiting.reduce((sum, { amount }) => sum + amount, 0)
