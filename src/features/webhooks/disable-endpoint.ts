import { eq } from 'drizzle-orm'
import type { CallContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import {
  type DisabledReason,
  type WebhookEndpointRow,
  webhookEndpoints
} from '../../db/tables/webhooks.js'
import { appendEvents } from '../events/append-events.js'
import { discardPending } from './clear-deliveries.js'
import { enqueueDisabledMail } from './disabled-mail.js'

/** First thing in every command on one endpoint; undefined: there is none. */
export async function lockEndpoint(tx: Tx, id: string): Promise<WebhookEndpointRow | undefined> {
  const [row] = await tx
    .select()
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.id, id))
    .for('no key update')
  return row
}

/**
 * Ends an endpoint that is locked and enabled, until somebody enables it again: what waits for it is
 * discarded (of very much the sweep discards the rest), and unless somebody has done it by hand
 * whoever looks after it is told by mail.
 */
export async function disableEndpoint(
  tx: Tx,
  ctx: CallContext,
  endpoint: WebhookEndpointRow,
  reason: DisabledReason
): Promise<WebhookEndpointRow> {
  const { id } = endpoint
  const [row] = await tx
    .update(webhookEndpoints)
    .set({
      enabled: false,
      disabledAt: ctx.now,
      disabledReason: reason,
      pausedUntil: null,
      updatedAt: ctx.now
    })
    .where(eq(webhookEndpoints.id, id))
    .returning()
  if (!row) throw new Error('an endpoint that is locked cannot disappear')
  await discardPending(tx, [id], ctx.now)
  appendEvents(tx, ctx, {}, [
    {
      type: 'webhook_endpoint.disabled',
      subject: { type: 'webhook_endpoint', id },
      data: { reason, url: row.url, failing_since: row.failingSince?.toISOString() ?? null },
      changes: { enabled: [true, false] }
    }
  ])
  if (reason !== 'manual' && row.contactEmail !== null) enqueueDisabledMail(tx, ctx, id)
  return row
}
