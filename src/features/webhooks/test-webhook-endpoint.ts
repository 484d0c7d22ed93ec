import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { Statement } from '../../db/statement.js'
import { type WebhookDeliveryRow, webhookDeliveries } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { DEPLOYMENT_ID } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { FOREVER } from '../events/retention.js'
import { newDeliveryId } from './delivery-id.js'
import { lockToSend } from './lock-to-send.js'

const NEXT_POSITION: Statement = {
  name: 'next_event_position',
  text: 'select next_event_position() as position'
}

/**
 * Sends an event to one endpoint, whatever its types are: this delivery is not made with the event,
 * as others are, but here.
 *
 * @throws Problem not_found, webhook_endpoint_disabled
 */
export async function testWebhookEndpoint(
  deps: Deps,
  ctx: OperatorContext,
  endpointId: string
): Promise<WebhookDeliveryRow> {
  return runCommand(deps, ctx, async (tx) => {
    await lockToSend(tx, ctx, endpointId)
    const position = await nextPosition(tx)
    const type = 'webhook_endpoint.tested'
    const subject = { type: 'webhook_endpoint', id: endpointId } as const
    const [eventId = ''] = appendEvents(tx, ctx, {}, [{ type, subject }])
    const row: WebhookDeliveryRow = {
      organizationId: DEPLOYMENT_ID,
      id: newDeliveryId(eventId),
      endpointId,
      eventId,
      eventKeepUntil: FOREVER,
      eventType: type,
      position,
      status: 'pending',
      attempts: 0,
      nextAttemptAt: ctx.now,
      createdAt: ctx.now,
      endedAt: null
    }
    tx.add(webhookDeliveries, [row])
    return row
  })
}

/** Just before the event's own, which is drawn when it is written, after all that is known here. */
async function nextPosition(tx: Tx): Promise<number> {
  const [next] = await tx.run<{ position: string }>(NEXT_POSITION, [])
  return Number(next?.position)
}
