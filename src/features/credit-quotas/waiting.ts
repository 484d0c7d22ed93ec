import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { creditAccounts, POOL_HOLDER } from '../../db/tables/credits.js'
import { members } from '../../db/tables/members.js'
import { idToUuid, uuidToId } from '../../ids.js'
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
  const uuids = memberIds?.map((id) => idToUuid('mem', id))
  const seats = seatsToFill({
    organizationId: sql`${idToUuid('org', organizationId)}::uuid`,
    firstDay: sql`${month.firstDay}::date`,
    roleAmounts: roleAmountsOf(policy),
    now
  })
  const { rows } = await db.execute<{ id: string; amount: string }>(sql`
    select id, amount from ${seats}
    where ${uuids === undefined} or id = any(${sql.param(uuids ?? [])}::uuid[])
    order by id`)
  return rows.map(({ id, amount }) => ({
    memberId: uuidToId('mem', id),
    amount: Number(amount)
  }))
}

interface Place {
  readonly organizationId: SQL
  /** Of the month. */
  readonly firstDay: SQL
  readonly roleAmounts: SQL
  readonly now: Date
}

/**
 * The same for a statement: `seats` with `id` and `amount`. Each account is looked up by its key, and
 * quotas only of whoever was not filled up: joined as sets they were compared each with each.
 */
export const seatsToFill = ({ organizationId, firstDay, roleAmounts, now }: Place): SQL => sql`(
  select members.id, greatest(0, quota - members.usable) as amount
  from (
    select members.organization_id, members.id, members.role, coalesce(own.usable, 0) as usable
    from members
    left join lateral (
      select credit_accounts.refilled_for, ${usableBalance(now)} as usable from credit_accounts
      where credit_accounts.organization_id = ${members.organizationId}
        and credit_accounts.holder_id = ${members.id} limit 1) own on true
    where ${members.organizationId} = ${organizationId} and ${effectiveStatus(now)} = 'active'
      and (own.refilled_for is null or own.refilled_for < ${firstDay}) offset 0) members
  cross join lateral (select ${quotaOf(roleAmounts)} as quota offset 0) own
  where quota > 0) seats`

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
