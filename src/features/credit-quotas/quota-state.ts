import type { OrgContext } from '../../context.js'
import type { Db } from '../../db/client.js'
import { refuseOtherModes } from '../credit-settings/refuse-other-modes.js'
import { findOrganization } from '../organizations/queries.js'
import { type Month, monthAt, nextMonthAt } from './month.js'
import { findQuotas, type Quotas } from './queries.js'
import { NOTHING_TO_REFILL, type Refill } from './refill-quotas.js'
import { findAvailable, findWaiting, sumOf } from './waiting.js'

/** `due`: not yet, but nothing is in its way. */
export const REFILL_STATUSES = ['done', 'due', 'short', 'nothing'] as const

/** The quotas of an organization, and how this month's refill stands. */
export interface QuotaState {
  readonly organizationId: string
  readonly quotas: Quotas
  readonly month: Month
  readonly nextRefillAt: Date
  readonly refill: Omit<Refill, 'status'> & { readonly status: (typeof REFILL_STATUSES)[number] }
}

/**
 * What each member gets a month, and who waits for it right now.
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable, credit_mode_not_offered
 */
export async function readQuotaState(
  { db }: { readonly db: Db },
  { organizationId, policy: { policy }, now }: OrgContext
): Promise<QuotaState> {
  await refuseOtherModes(db, organizationId, policy, 'monthly_quota')
  const { timeZone } = await findOrganization(db, organizationId)
  const month = monthAt(now, timeZone)
  const waiting = await findWaiting(db, { organizationId, policy, month, now })
  const missing = sumOf(waiting) - (await findAvailable(db, organizationId, now))
  const refill =
    waiting.length === 0
      ? NOTHING_TO_REFILL
      : ({
          status: missing > 0 ? 'short' : 'due',
          members: waiting.length,
          amount: 0,
          missing: Math.min(Math.max(0, missing), Number.MAX_SAFE_INTEGER)
        } as const)
  const quotas = await findQuotas(db, organizationId, policy)
  return { organizationId, quotas, month, nextRefillAt: nextMonthAt(now, timeZone), refill }
}
