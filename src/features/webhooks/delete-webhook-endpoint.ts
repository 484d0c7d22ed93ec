import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { deleteDeliveries } from './clear-deliveries.js'
import { lockOwnEndpoint } from './queries.js'

/**
 * Ends an endpoint at once. Its deliveries go with it, or soon after where there are many.
 *
 * @throws Problem not_found
 */
export async function deleteWebhookEndpoint(
  deps: Deps,
  ctx: OperatorContext,
  id: string
): Promise<WebhookEndpointRow> {
  return runCommand(deps, ctx, async (tx) => {
    const row = await lockOwnEndpoint(tx, ctx, id)
    await tx.delete(webhookEndpoints).where(eq(webhookEndpoints.id, id))
    await deleteDeliveries(tx, [id])
    appendEvents(tx, ctx, {}, [
      {
        type: 'webhook_endpoint.deleted',
        subject: { type: 'webhook_endpoint', id },
        data: { url: row.url }
      }
    ])
    return row
  })
}
