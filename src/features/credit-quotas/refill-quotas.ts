import { and, asc, eq, isNull, lt, or, sql } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { creditAccounts, creditSettings, POOL_HOLDER } from '../../db/tables/credits.js'
import { idToUuid } from '../../ids.js'
import { creditModeOf } from '../credit-settings/queries.js'
import { moveUntold } from '../credits/move-credits.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { type Month, monthAt } from './month.js'
import { findAvailable, findWaiting, sumOf, type Waiting } from './waiting.js'

/** What a refill came to. `members`: who waited for it, and `amount`: what they were given. */
export interface Refill {
  /** `short`: the pool lacks `missing`, so nobody was given anything. */
  readonly status: 'done' | 'short' | 'nothing'
  readonly members: number
  readonly amount: number
  readonly missing: number
}

export const NOTHING_TO_REFILL: Refill = { status: 'nothing', members: 0, amount: 0, missing: 0 }

/**
 * Fills up to its quota whoever was not filled up since the month began in the organization's time
 * zone (OUPI-99): what somebody has left is neither added to it nor taken away. Once a month for each
 * member, however often and by however many it is called; whoever joins within the month is filled up
 * by the next call. Where the pool is short nobody is given anything, and that is told once a month.
 * Does nothing in other modes.
 */
export async function refillQuotas(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization
): Promise<Refill> {
  const { row, policy } = organization
  if (policy.policy.credits.kind !== 'pool') return NOTHING_TO_REFILL
  const mode = await creditModeOf(tx, row.id, policy.policy)
  if (mode !== 'monthly_quota') return NOTHING_TO_REFILL
  const month = monthAt(ctx.now, row.timeZone)
  const asked = { organizationId: row.id, policy: policy.policy, month, now: ctx.now }
  // Most calls find nobody, and then hold up no spend.
  if ((await findWaiting(tx, asked)).length === 0) return NOTHING_TO_REFILL
  await lockAccounts(tx, row.id, month)
  const waiting = await findWaiting(tx, asked)
  const available = await findAvailable(tx, row.id, ctx.now)
  const needed = sumOf(waiting)
  if (needed > available) {
    await tellShort(tx, ctx, organization, { month, needed, available })
    return {
      status: 'short',
      members: waiting.length,
      amount: 0,
      missing: told(needed - available)
    }
  }
  await fillUp(tx, ctx, organization, { month, waiting })
  return { status: 'done', members: waiting.length, amount: needed, missing: 0 }
}

/** All that may be filled up and the pool, in the order of every transfer: the pool comes first. */
async function lockAccounts(tx: Tx, organizationId: string, month: Month): Promise<void> {
  await tx
    .select({ holderId: creditAccounts.holderId })
    .from(creditAccounts)
    .where(
      and(
        eq(creditAccounts.organizationId, organizationId),
        or(
          eq(creditAccounts.holderId, POOL_HOLDER),
          isNull(creditAccounts.refilledFor),
          lt(creditAccounts.refilledFor, month.firstDay)
        )
      )
    )
    .orderBy(asc(creditAccounts.holderId))
    .for('no key update')
}

/** Quotas together may be more than a pool can ever hold, and than a number holds exactly. */
const told = (amount: number) => Math.min(amount, Number.MAX_SAFE_INTEGER)

interface Shortage {
  readonly month: Month
  readonly needed: number
  readonly available: number
}

async function tellShort(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { month, needed, available }: Shortage
): Promise<void> {
  const { id: organizationId } = organization.row
  const first = await tx
    .insert(creditSettings)
    .values({ organizationId, mode: null, shortFor: month.firstDay, updatedAt: ctx.now })
    .onConflictDoUpdate({
      target: creditSettings.organizationId,
      set: { shortFor: month.firstDay },
      setWhere: sql`${creditSettings.shortFor} is distinct from ${month.firstDay}`
    })
    .returning({ organizationId: creditSettings.organizationId })
  const data = { period: month.name, needed: told(needed), available }
  const events = first.map(() => quotaEvent('credits.quota_short', organizationId, data))
  appendEvents(tx, ctx, placeOf(organization), events)
}

interface Filling {
  readonly month: Month
  readonly waiting: readonly Waiting[]
}

/** Also of whoever needs nothing it is written that this month is done. */
async function fillUp(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  { month, waiting }: Filling
): Promise<void> {
  const { id: organizationId } = organization.row
  const given = waiting.filter(({ amount }) => amount > 0)
  const requests = given.map(({ memberId, amount }) => ({
    kind: 'allocate' as const,
    memberId,
    amount,
    reason: 'monthly_quota'
  }))
  if (requests.length > 0) await moveUntold(tx, ctx, organization, requests)
  const ids = waiting.map(({ memberId }) => memberId)
  await writeRefilled(tx, organizationId, ids, month)
  if (given.length === 0) return
  const data = { period: month.name, members: given.length, amount: sumOf(given) }
  const event = quotaEvent('credits.quota_refilled', organizationId, data)
  appendEvents(tx, ctx, placeOf(organization), [event])
}

async function writeRefilled(
  tx: Tx,
  organizationId: string,
  memberIds: readonly string[],
  { firstDay }: Month
): Promise<void> {
  const uuids = memberIds.map((id) => idToUuid('mem', id))
  await tx
    .update(creditAccounts)
    .set({ refilledFor: firstDay })
    .where(
      and(
        eq(creditAccounts.organizationId, organizationId),
        sql`${creditAccounts.holderId} = any(${sql.param(uuids)}::uuid[])`
      )
    )
}

const quotaEvent = (
  type: 'credits.quota_refilled' | 'credits.quota_short',
  organizationId: string,
  data: Record<string, unknown>
): NewEvent => ({ type, subject: { type: 'organization', id: organizationId }, data })
