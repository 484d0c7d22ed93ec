import { runCommand } from '../../command.js'
import { type CallContext, SYSTEM } from '../../context.js'
import type { Db } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import type { Policy } from '../../policy/document.js'
import { findCreditSettings, modeOf } from '../credit-settings/queries.js'
import { findOrganization, lockIfThere } from '../organizations/queries.js'
import { monthAt } from './month.js'
import { type Refill, refillQuotas } from './refill-quotas.js'
import { findWaiting } from './waiting.js'

/**
 * Fills up the quotas of one organization, in a transaction of its own. Undefined: it is not there, or
 * its subscription has ended.
 */
export async function refillOrganization(
  deps: Deps,
  organizationId: string,
  now: Date
): Promise<Refill | undefined> {
  const ctx: CallContext = { actor: SYSTEM, now, requestId: null, locale: 'en' }
  return runCommand(deps, ctx, async (tx) => {
    const organization = await lockIfThere(deps, tx, ctx, { organizationId })
    return organization && refillQuotas(tx, ctx, organization)
  })
}

interface Asked {
  readonly organizationId: string
  readonly memberIds: readonly string[]
  readonly policy: Policy
  readonly now: Date
}

/**
 * Whether the month has begun, or they have come, without anybody having filled up these members. Of a
 * pool that was too short this month nobody is: the sweep looks when it has enough.
 */
export async function isRefillDue(
  db: Db,
  { organizationId, memberIds, policy, now }: Asked
): Promise<boolean> {
  if (!policy.credits.modes.includes('monthly_quota') || memberIds.length === 0) return false
  const settings = await findCreditSettings(db, organizationId)
  if (modeOf(settings, policy) !== 'monthly_quota') return false
  const { timeZone } = await findOrganization(db, organizationId)
  const month = monthAt(now, timeZone)
  if (settings?.shortFor === month.firstDay) return false
  const waiting = await findWaiting(db, { organizationId, policy, month, now, memberIds })
  return waiting.length > 0
}
