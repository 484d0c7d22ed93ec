import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { moveCredits } from './move-credits.js'

/** A seat that nobody has any more. */
interface EndedSeat {
  readonly memberId: string
  /** What became of it, as the transfer and its event tell. */
  readonly reason: string
}

/**
 * Gives back to the pool what lies unused on seats that have ended (OUPI-94). What was spent stays
 * spent; what is held comes back when the hold ends. Of a policy without a pool nothing is asked.
 */
export async function returnCredits(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  ended: readonly EndedSeat[]
): Promise<void> {
  const { credits } = organization.policy.policy
  if (credits.kind !== 'pool' || ended.length === 0) return
  const requests = ended.map(
    ({ memberId, reason }) => ({ kind: 'reclaim', memberId, reason, trusted: true }) as const
  )
  await moveCredits(tx, ctx, organization, requests)
}
