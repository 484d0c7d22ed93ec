import { and, eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import { type WebhookDeliveryRow, webhookDeliveries } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { findEvent } from '../events/queries.js'
import { deliveryEventGone, deliveryPending } from './errors.js'
import { lockToSend } from './lock-to-send.js'
import { findDelivery } from './queries.js'

/** A delivery, and the endpoint to which it belongs. */
export interface DeliveryName {
  readonly endpointId: string
  readonly id: string
}

/**
 * Sends an event to an endpoint again, as often as a new one, whether it got through before or not.
 *
 * @throws Problem not_found, webhook_endpoint_disabled, delivery_pending, delivery_event_gone
 */
export async function redeliverWebhookDelivery(
  deps: Deps,
  ctx: OperatorContext,
  { endpointId, id }: DeliveryName
): Promise<WebhookDeliveryRow> {
  return runCommand(deps, ctx, async (tx) => {
    await lockToSend(tx, ctx, endpointId)
    const before = await findDelivery(tx, endpointId, id)
    if (before.status === 'pending') throw deliveryPending()
    const event = await findEvent(tx, before.organizationId, before.eventId)
    if (!event) throw deliveryEventGone()
    const again = {
      status: 'pending',
      attempts: 0,
      nextAttemptAt: ctx.now,
      endedAt: null
    } as const
    const isThis = and(
      eq(webhookDeliveries.organizationId, before.organizationId),
      eq(webhookDeliveries.id, id)
    )
    await tx.update(webhookDeliveries).set(again).where(isThis)
    appendEvents(tx, ctx, {}, [
      {
        type: 'webhook_endpoint.redelivery_requested',
        subject: { type: 'webhook_endpoint', id: endpointId },
        data: { delivery_id: id, event_id: before.eventId }
      }
    ])
    return { ...before, ...again }
  })
}
