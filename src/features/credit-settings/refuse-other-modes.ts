import type { Db } from '../../db/client.js'
import type { CreditMode } from '../../db/tables/credits.js'
import type { Policy } from '../../policy/document.js'
import { creditModeNotOffered } from '../credits/errors.js'
import { creditsOf } from '../credits/rules.js'
import { creditModeOf } from './queries.js'

/**
 * For what there is in one mode alone.
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable, credit_mode_not_offered
 */
export async function refuseOtherModes(
  db: Db,
  organizationId: string,
  policy: Policy,
  mode: CreditMode
): Promise<void> {
  creditsOf(policy)
  const used = await creditModeOf(db, organizationId, policy)
  if (used !== mode) throw creditModeNotOffered({ mode: used, needed_mode: mode })
}
