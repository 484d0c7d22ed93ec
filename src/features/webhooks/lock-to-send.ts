import { eq } from 'drizzle-orm'
import type { OperatorContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import { webhookEndpointDisabled } from './errors.js'
import { lockOwnEndpoint } from './queries.js'

/**
 * Locks an endpoint to which somebody wants something sent now: a pause that it was given ends, as
 * whoever asks knows better whether it is back.
 *
 * @throws Problem not_found, webhook_endpoint_disabled
 */
export async function lockToSend(
  tx: Tx,
  ctx: OperatorContext,
  id: string
): Promise<WebhookEndpointRow> {
  const row = await lockOwnEndpoint(tx, ctx, id)
  if (!row.enabled) throw webhookEndpointDisabled()
  if (row.pausedUntil !== null) {
    await tx.update(webhookEndpoints).set({ pausedUntil: null }).where(eq(webhookEndpoints.id, id))
  }
  return { ...row, pausedUntil: null }
}
