import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { InvitationRow } from '../../db/tables/invitations.js'
import type { LockedOrganization } from '../organizations/queries.js'
import { moveCredits } from './move-credits.js'

/**
 * Sets aside what offers promise: it lies on the seats at once, out of everybody's reach until they
 * are taken (OUPI-64).
 *
 * @throws Problem insufficient_credits, where no purse was asked before
 */
export async function reserveCredits(
  tx: Tx,
  ctx: CallContext,
  organization: LockedOrganization,
  offers: readonly Pick<InvitationRow, 'memberId' | 'credits'>[]
): Promise<void> {
  const requests = offers.flatMap(({ memberId, credits }) =>
    credits === null
      ? []
      : [
          {
            kind: 'allocate',
            memberId,
            amount: credits,
            reason: 'invitation',
            trusted: true
          } as const
        ]
  )
  if (requests.length > 0) await moveCredits(tx, ctx, organization, requests)
}
