import type { BillingSettings, OrganizationRow } from '../../db/tables/organizations.js'
import type { Billing } from '../../schemas.js'

type BillingFields = Pick<
  OrganizationRow,
  'billingStatus' | 'plan' | 'entitlements' | 'seats' | 'billing'
>

/** Of an organization of which the host's billing has said nothing. */
export const NO_BILLING: Billing = { status: 'ok', entitlements: [], prices: {} }

/** The whole of what the host's billing says: what is left out is unset. */
export function toBillingFields(input: Billing): BillingFields {
  const { status, plan = null, entitlements, seats = null, period, currency, prices } = input
  const billing: BillingSettings = {
    ...(period ? { period } : {}),
    ...(currency ? { currency } : {}),
    ...(Object.keys(prices).length === 0 ? {} : { prices }),
    ...(input.account_owner ? { account_owner: input.account_owner } : {})
  }
  return { billingStatus: status, plan, entitlements, seats, billing }
}

/** The same as it is told. */
export function toBilling(row: BillingFields): Required<Billing> {
  const { period, currency, prices, account_owner: owner } = row.billing
  return {
    status: row.billingStatus,
    plan: row.plan,
    entitlements: row.entitlements,
    seats: row.seats,
    period: period ?? null,
    currency: currency ?? null,
    prices: prices ?? {},
    account_owner: owner ?? null
  }
}
