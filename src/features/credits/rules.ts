import type { Policy } from '../../policy/document.js'
import { creditsNotOffered, moneyCreditsNotTransferable } from './errors.js'
import type { LedgerRules } from './transfer-request.js'

/**
 * What the policy says of credits that can be moved.
 *
 * @throws Problem credits_not_offered, money_credits_not_transferable (OP-86)
 */
export function creditsOf({ credits }: Policy): LedgerRules {
  if (credits.kind === 'none') throw creditsNotOffered()
  if (credits.kind === 'money') throw moneyCreditsNotTransferable()
  return { modes: credits.modes, lowAt: credits.low_at }
}
