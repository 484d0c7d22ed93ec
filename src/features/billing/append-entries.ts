import { eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type BillingEntryRow, billingEntries, CHARGES } from '../../db/tables/billing-entries.js'
import { organizations } from '../../db/tables/organizations.js'
import { newId } from '../../ids.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import { type LockedOrganization, placeOf } from '../organizations/queries.js'
import { dayAt, type Period, periodOf, prorate, restOf, type Share } from './period.js'
import { priceOf } from './prices.js'

type Kind = BillingEntryRow['kind']

/** Something that became due, before it has a price. */
export interface DraftEntry {
  readonly kind: Exclude<Kind, 'credit_expired'>
  /** Unique within the organization. */
  readonly reason: string
  readonly subject: { readonly type: 'invitation' | 'member'; readonly id: string }
  readonly quantity: number
  /** When it became due; left out: now. */
  readonly at?: Date
}

/**
 * Writes down what became due, with its price and its share of the period, and what of it the money
 * credits pay; tells the host's billing of each. The sum of the entries is always the balance.
 */
export function appendEntries(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  drafts: readonly DraftEntry[]
): void {
  if (drafts.length === 0) return
  const rows = drafts.map((draft) => book(ctx, organization, draft))
  tx.add(billingEntries, rows)
  appendEvents(tx, ctx, placeOf(organization), rows.map(eventOf))
}

/** Everything that money credits still were ends with the subscription (OP-87). */
export function expireCredits(tx: Tx, ctx: CallContext, organization: LockedOrganization): void {
  const { row, tally, policy } = organization
  if (tally.balance === 0) return
  const entry: BillingEntryRow = {
    ...entryOf(ctx, organization),
    ...shareColumns(undefined),
    kind: 'credit_expired',
    reason: `credit_expired:${tally.number}`,
    subjectType: 'organization',
    subjectId: row.id,
    quantity: 1,
    unitPrice: null,
    creditApplied: 0,
    occurredAt: ctx.now,
    currency: row.billing.currency ?? policy.policy.billing.currency,
    amount: tally.balance
  }
  tally.balance = 0
  tx.add(billingEntries, [entry])
  appendEvents(tx, ctx, placeOf(organization), [eventOf(entry)])
}

/** Once, at the end of whatever a command has booked: the organization's own figures follow. */
export async function writeTally(tx: Tx, { row, tally }: LockedOrganization): Promise<void> {
  const { number, balance, seats } = tally
  const isSame =
    number === row.billingNumber && balance === row.creditBalance && seats === row.seats
  if (isSame) return
  await tx
    .update(organizations)
    .set({ billingNumber: number, creditBalance: balance, seats })
    .where(eq(organizations.id, row.id))
}

function book(
  ctx: CallContext,
  organization: LockedOrganization,
  { kind, reason, subject, quantity, at = ctx.now }: DraftEntry
): BillingEntryRow {
  const { row, policy } = organization
  const share = shareOf(organization, at, isCharge(kind))
  const what = kind.startsWith('resource') ? 'resource' : 'seat'
  const price = priceOf(row, policy.policy, what)
  const amount = amountOf(price.amount, quantity, share, policy.policy.billing.prorated)
  return {
    ...entryOf(ctx, organization),
    ...shareColumns(share),
    kind,
    reason,
    subjectType: subject.type,
    subjectId: subject.id,
    quantity,
    currency: price.currency,
    unitPrice: price.amount,
    amount,
    creditApplied: applyCredit(organization, kind, amount ?? 0),
    occurredAt: at
  }
}

const isCharge = (kind: Kind) => CHARGES.some((charge) => charge === kind)

/** Credits pay the next charges (OP-85). Answers with what of this one they have paid. */
function applyCredit({ tally }: LockedOrganization, kind: Kind, amount: number): number {
  if (!isCharge(kind)) {
    tally.balance += amount
    return 0
  }
  const applied = Math.min(tally.balance, amount)
  tally.balance -= applied
  return applied
}

function shareColumns(share: Share | undefined) {
  return {
    periodStartsOn: share?.period.starts_on ?? null,
    periodEndsOn: share?.period.ends_on ?? null,
    days: share?.days ?? null,
    daysOf: share?.of ?? null
  }
}

/** What every entry has; the next number is taken. */
function entryOf(ctx: CallContext, { row, policy, tally }: LockedOrganization) {
  tally.number += 1
  return {
    organizationId: row.id,
    id: newId('bil'),
    number: tally.number,
    plan: row.plan,
    createdAt: ctx.now,
    policyVersion: policy.version
  }
}

function shareOf(
  { row, policy }: LockedOrganization,
  at: Date,
  withToday: boolean
): Share | undefined {
  const given: Period | undefined = row.billing.period
  const day = dayAt(at, row.timeZone)
  const period = given && periodOf(given, day)
  if (!period) return undefined
  const rest = restOf(period, day, withToday ? 'today' : 'tomorrow')
  return policy.policy.billing.prorated ? rest : { ...rest, days: rest.of }
}

/** Unknown where the price is, or which part of a period it is for. */
function amountOf(
  price: number | null,
  quantity: number,
  share: Share | undefined,
  prorated: boolean
): number | null {
  if (price === null) return null
  if (!prorated) return price * quantity
  return share ? prorate(price * quantity, share) : null
}

const TYPES = {
  overage: 'billing.charge_due',
  member_added: 'billing.charge_due',
  resource_added: 'billing.charge_due',
  member_removed: 'billing.credit_due',
  resource_removed: 'billing.credit_due',
  credit_expired: 'billing.credit_expired'
} as const satisfies Record<Kind, NewEvent['type']>

const eventOf = (entry: BillingEntryRow): NewEvent => ({
  type: TYPES[entry.kind],
  subject: { type: 'billing_entry', id: entry.id },
  data: {
    number: entry.number,
    kind: entry.kind,
    subject: { type: entry.subjectType, id: entry.subjectId },
    quantity: entry.quantity,
    plan: entry.plan,
    currency: entry.currency,
    unit_price: entry.unitPrice,
    period:
      entry.periodStartsOn === null
        ? null
        : { starts_on: entry.periodStartsOn, ends_on: entry.periodEndsOn },
    days: entry.days,
    days_of: entry.daysOf,
    amount: entry.amount,
    credit_applied: entry.creditApplied,
    amount_due: amountDue(entry)
  }
})

/** What of a charge is still to be paid; null: not known, or no charge. */
export function amountDue({ kind, amount, creditApplied }: BillingEntryRow): number | null {
  return amount !== null && isCharge(kind) ? amount - creditApplied : null
}
