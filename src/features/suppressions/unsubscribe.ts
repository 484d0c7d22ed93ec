import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { lockIfThere } from '../organizations/queries.js'
import { unsubscribeLinkInvalid } from './errors.js'
import { findSubscription, type Subscription } from './find-subscription.js'
import { suppressAddress } from './suppress-address.js'

/**
 * Ends what a team tells the holder of an address of others. Doing it again changes nothing.
 *
 * @throws Problem unsubscribe_link_invalid
 */
export async function unsubscribe(
  deps: Deps,
  ctx: CallContext,
  token: string
): Promise<Subscription> {
  const { organizationId } = await findSubscription(deps, deps.db, token)
  return runCommand(deps, ctx, async (tx) => {
    const request = { organizationId, evenCanceled: true }
    if (!(await lockIfThere(deps, tx, ctx, request))) throw unsubscribeLinkInvalid()
    const subscription = await findSubscription(deps, tx, token)
    const { emailKey } = subscription
    await suppressAddress(tx, ctx, { organizationId, emailKey, reason: 'unsubscribed' })
    return { ...subscription, isEnded: true }
  })
}
