import type { OrganizationRow, OrganizationStatus } from './db/tables/organizations.js'
import { organizationCanceled, type Problem } from './errors.js'
import type { Policy } from './policy/document.js'

/** How an organization stands with the host, beside what its policy says. */
export interface Standing {
  readonly status: OrganizationStatus
  readonly entitlements: readonly string[]
  readonly billingStatus: OrganizationRow['billingStatus']
}

interface Lifetime {
  readonly status: OrganizationStatus
  readonly flagAt: Date | null
  readonly deleteAt: Date | null
}

/** The stored instants decide, not when a sweep has written down what they make of it. */
export function organizationStatusAt(row: Lifetime, now: Date): OrganizationStatus {
  const { status, flagAt, deleteAt } = row
  if (status !== 'canceled' && status !== 'flagged_for_deletion') return status
  if (deleteAt !== null && deleteAt <= now) return 'deleted'
  return flagAt !== null && flagAt <= now ? 'flagged_for_deletion' : status
}

/** What `decide` must know of it. */
export const circumstancesOf = ({ entitlements, billingStatus }: Omit<Standing, 'status'>) => ({
  entitlements,
  pastDue: billingStatus === 'past_due'
})

/** Why nobody of a canceled organization gets in (RIO-79); undefined: they do. */
export function refuseCanceled(
  { status }: Pick<Standing, 'status'>,
  policy: Policy
): Problem | undefined {
  const { effects } = policy.cancellation
  return effects.includes('access_blocked') ? refuseChange(status, policy) : undefined
}

/** Why nothing of its team changes, even where its members still get in; undefined: it does. */
export function refuseChange(
  status: OrganizationStatus,
  { cancellation: { effects } }: Policy
): Problem | undefined {
  return status === 'active'
    ? undefined
    : organizationCanceled({ organization_status: status, effects })
}
