import type { OrganizationRow } from '../../db/tables/organizations.js'
import type { Policy } from '../../policy/document.js'
import { wholeMonths } from './period.js'

export interface Price {
  /** For a whole period, in minor units; null: nobody has said. */
  readonly amount: number | null
  readonly currency: string | null
}

/**
 * What a seat, or one more resource, costs for a whole period: what billing says, else the policy's
 * monthly price of the plan for as many months as its periods have (OP-82, OP-88).
 */
export function priceOf(
  { billing, plan }: Pick<OrganizationRow, 'billing' | 'plan'>,
  policy: Policy,
  what: 'seat' | 'resource'
): Price {
  const currency = billing.currency ?? policy.billing.currency
  const amount = billing.prices?.[what] ?? listPrice(policy, { billing, plan }, what)
  // A price list in one currency says nothing in another.
  const isListed = billing.prices?.[what] === undefined
  return { amount: isListed && currency !== policy.billing.currency ? null : amount, currency }
}

function listPrice(
  { billing: { prices } }: Policy,
  { billing: { period }, plan }: Pick<OrganizationRow, 'billing' | 'plan'>,
  what: 'seat' | 'resource'
): number | null {
  const listed = prices.find((one) => one.plan === plan)
  const month = what === 'seat' ? listed?.seat_month : listed?.resource_month
  const months = period ? wholeMonths(period) : 0
  return month === undefined || months === 0 ? null : month * months
}
