import { type AnyColumn, and, asc, eq, inArray, lte, sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import {
  type CreditTransferRow,
  creditAccounts,
  creditHolds,
  creditLots,
  POOL_HOLDER
} from '../../db/tables/credits.js'
import { invitations } from '../../db/tables/invitations.js'
import type { Deps } from '../../deps.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { closeDue } from '../invitations/close-expired.js'
import { type LockedOrganization, lockIfThere, placeOf } from '../organizations/queries.js'
import { moveCredits, moveUntold } from './move-credits.js'
import type { TransferRequest } from './transfer-request.js'

/** Rows of one transaction; what is left is for the next. */
const ROWS_MAX = 1_000
const TRANSACTIONS_MAX = 100

/** With whom in these organizations time has moved credits, and nobody has written it down. */
function dueIn(db: Db, organizationIds: readonly string[], now: Date) {
  const isIn = (column: AnyColumn) => inArray(column, [...organizationIds])
  const of = (table: typeof creditHolds | typeof creditLots) =>
    db
      .select({ organizationId: table.organizationId, holderId: table.holderId })
      .from(table)
      .where(and(isIn(table.organizationId), lte(table.expiresAt, now)))
  // Who was offered a seat that has lapsed has what it promised.
  return db
    .select({ organizationId: invitations.organizationId, holderId: invitations.memberId })
    .from(invitations)
    .where(
      and(
        isIn(invitations.organizationId),
        eq(invitations.status, 'pending'),
        lte(invitations.expiresAt, now)
      )
    )
    .union(of(creditHolds))
    .union(of(creditLots))
    .as('due')
}

/** In which of these organizations that is so. */
export async function findDue(
  db: Db,
  organizationIds: readonly string[],
  now: Date
): Promise<string[]> {
  const due = dueIn(db, organizationIds, now)
  const found = await db.selectDistinct({ id: due.organizationId }).from(due)
  return found.map(({ id }) => id)
}

/**
 * Writes down what time has done to an organization's credits, where it has: before its balances are
 * told, and before anybody is refused for lack of them. In a transaction of its own.
 */
export async function settleCredits(deps: Deps, organizationId: string, now: Date): Promise<void> {
  for (let run = 0; run < TRANSACTIONS_MAX; run += 1) {
    if ((await findDue(deps.db, [organizationId], now)).length === 0) return
    if ((await settleOrganization(deps, organizationId, now)) === 0) return
  }
}

/** The same where something is due for certain. Answers with how much that was. */
export async function settleOrganization(
  deps: Deps,
  organizationId: string,
  now: Date
): Promise<number> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: 'en' }
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, { organizationId, evenCanceled: true })
    return organization ? settleDue(tx, ctx, organization) : 0
  })
}

/**
 * The same as part of a command that holds the organization's lock: offers that have lapsed, holds and
 * top-ups that have expired. What a hold gives back of an expired top-up expires with it.
 */
export async function settleDue(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization
): Promise<number> {
  if (organization.policy.policy.credits.kind !== 'pool') return 0
  const system = { ...ctx, actor: SYSTEM }
  const due = await tx.select().from(dueIn(tx, [organization.row.id], ctx.now))
  if (due.length === 0) return 0
  const holders = due.map(({ holderId }) => holderId)
  await lockAccounts(tx, organization.row.id, holders)
  const lapsed = await closeDue(tx, system, organization, { limit: ROWS_MAX })
  appendEvents(tx, system, placeOf(organization), lapsed)
  const released = await releaseDue(tx, system, organization)
  return lapsed.length + released + (await expireDue(tx, system, organization))
}

/** All at once, in the order of the ledger: it is called several times after this. */
async function lockAccounts(
  tx: Tx,
  organizationId: string,
  holderIds: readonly string[]
): Promise<void> {
  const { holderId } = creditAccounts
  await tx
    .select({ id: holderId })
    .from(creditAccounts)
    .where(
      and(
        eq(creditAccounts.organizationId, organizationId),
        inArray(holderId, [POOL_HOLDER, ...holderIds])
      )
    )
    .orderBy(asc(sql`${creditAccounts.memberId} is not null`), asc(holderId))
    .for('no key update')
}

async function releaseDue(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization
): Promise<number> {
  const { organizationId, id, expiresAt } = creditHolds
  const due = await tx
    .select({ id })
    .from(creditHolds)
    .where(and(eq(organizationId, organization.row.id), lte(expiresAt, ctx.now)))
    .limit(ROWS_MAX)
  const requests = due.map((hold): TransferRequest => {
    return { kind: 'release', ofId: hold.id, reason: 'expired', trusted: true }
  })
  await moveCredits(tx, ctx, organization, requests)
  return requests.length
}

async function expireDue(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization
): Promise<number> {
  const { organizationId, holderId, topUpId, expiresAt } = creditLots
  const due = await tx
    .select({ holderId, topUpId })
    .from(creditLots)
    .where(and(eq(organizationId, organization.row.id), lte(expiresAt, ctx.now)))
    .limit(ROWS_MAX)
  const requests = due.map((lot): TransferRequest => {
    const memberId = lot.holderId === POOL_HOLDER ? undefined : lot.holderId
    return { kind: 'expire', memberId, ofId: lot.topUpId, reason: 'expired', trusted: true }
  })
  const transfers = await moveUntold(tx, ctx, organization, requests)
  appendEvents(tx, ctx, placeOf(organization), expiredEvents(organization.row.id, transfers))
  return requests.length
}

/** One for each top-up, however many have something of it. */
function expiredEvents(id: string, transfers: readonly CreditTransferRow[]): NewEvent[] {
  const amounts = new Map<string | null, number>()
  for (const { ofId, amount } of transfers) amounts.set(ofId, (amounts.get(ofId) ?? 0) + amount)
  return [...amounts].map(([topUpId, amount]) => ({
    type: 'credits.expired',
    subject: { type: 'organization', id },
    data: { top_up_id: topUpId, amount }
  }))
}
