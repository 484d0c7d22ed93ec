import { isDeepStrictEqual } from 'node:util'
import { and, eq, gt, sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OrgContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { billingEntries } from '../../db/tables/billing-entries.js'
import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Deps } from '../../deps.js'
import type { Billing } from '../../schemas.js'
import { appendEvents, type NewEvent } from '../events/append-events.js'
import {
  type LockedOrganization,
  lockOrganization,
  placeOf,
  writeOrganization
} from '../organizations/queries.js'
import { sizeOf } from '../seats/seat-count.js'
import { purchased } from '../seats/seat-events.js'
import { toBilling, toBillingFields } from './billing-fields.js'
import { checkPeriod } from './check-period.js'
import { billingIsHosts, currencyLocked, unknownEntry } from './errors.js'

interface Push {
  readonly billing: Billing
  /** The last entry that `billing.seats` has in it; undefined: all there are. */
  readonly seatsThrough: number | undefined
}

/**
 * Takes over what the host's billing says, all of it: what is left out is unset. Fewer seats than
 * are used evict nobody. Nothing becomes due by it: what a new plan or period costs the whole team is
 * the host's to charge.
 *
 * @throws Problem billing_is_the_hosts, invalid_period, currency_locked, unknown_billing_entry
 */
export async function putBilling(
  deps: Deps,
  ctx: OrgContext,
  { billing, seatsThrough }: Push
): Promise<OrganizationRow> {
  if (ctx.actor.type === 'member') throw billingIsHosts()
  checkPeriod(billing)
  return runCommand(deps, ctx, async (tx) => {
    const { organizationId } = ctx
    const organization = await lockOrganization(deps, tx, ctx, {
      organizationId,
      evenCanceled: true
    })
    const { row } = organization
    checkCurrency(organization, billing)
    const pushed = toBillingFields(billing)
    const since = await countOverages(tx, organization, seatsThrough)
    const fields = { ...pushed, seats: pushed.seats === null ? null : pushed.seats + since }
    const changes = changesOf(row, { ...row, ...fields })
    if (Object.keys(changes).length === 0) return row

    const updated = await writeOrganization(tx, ctx, row.id, fields)
    const told: NewEvent = {
      type: 'billing.updated',
      subject: { type: 'organization', id: row.id },
      changes
    }
    appendEvents(tx, ctx, placeOf(organization), [told, ...bought(organization, updated)])
    return updated
  })
}

/** A balance is in one currency: told in another it would be another sum. */
function checkCurrency({ row, policy }: LockedOrganization, { currency }: Billing): void {
  const listed = policy.policy.billing.currency
  const before = row.billing.currency ?? listed
  if (row.creditBalance > 0 && before !== (currency ?? listed)) {
    throw currencyLocked({ balance: row.creditBalance, currency: before })
  }
}

/** Overages that the host did not know of when it counted its seats: they are paid for as well. */
async function countOverages(
  tx: Tx,
  { row }: LockedOrganization,
  through: number | undefined
): Promise<number> {
  if (through === undefined) return 0
  if (through > row.billingNumber) throw unknownEntry({ last: row.billingNumber })
  const { organizationId, kind, number, quantity } = billingEntries
  const [found] = await tx
    .select({ seats: sql<number>`coalesce(sum(${quantity}), 0)::int` })
    .from(billingEntries)
    .where(and(eq(organizationId, row.id), eq(kind, 'overage'), gt(number, through)))
  return found?.seats ?? 0
}

function changesOf(before: OrganizationRow, after: OrganizationRow) {
  const [was, is] = [toBilling(before), toBilling(after)]
  const fields = Object.keys(is) as (keyof typeof is)[]
  return Object.fromEntries(
    fields
      .filter((field) => !isDeepStrictEqual(was[field], is[field]))
      .map((field): [string, [unknown, unknown]] => [field, [was[field], is[field]]])
  )
}

/** A larger team than before. */
function bought(
  { row, policy: { policy } }: LockedOrganization,
  after: OrganizationRow
): NewEvent[] {
  const [was, is] = [sizeOf(row.seats, policy), sizeOf(after.seats, policy)]
  if (was === null || is === null || is <= was) return []
  return [purchased(row.id, { by: 'billing', quantity: is - was, size: is })]
}
