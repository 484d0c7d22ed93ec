import { and, desc, eq } from 'drizzle-orm'
import type { OperatorContext } from '../../context.js'
import {
  type WebhookAttemptRow,
  type WebhookDeliveryRow,
  webhookAttempts
} from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { type EventRecord, findEvent } from '../events/queries.js'
import { findDelivery, findEndpoint } from './queries.js'
import type { DeliveryName } from './redeliver-webhook-delivery.js'

/** One that is asked for again and again may have more. */
const ATTEMPTS_MAX = 100

export interface DeliveryDetails {
  readonly row: WebhookDeliveryRow
  readonly url: string
  /** Undefined: it has gone, with its retention or its organization. */
  readonly event: EventRecord | undefined
  /** The last ones, in their order. */
  readonly attempts: readonly WebhookAttemptRow[]
}

/**
 * A delivery with what is sent, and what was answered.
 *
 * @throws Problem not_found
 */
export async function getWebhookDelivery(
  { db }: Deps,
  ctx: OperatorContext,
  { endpointId, id }: DeliveryName
): Promise<DeliveryDetails> {
  const { url } = await findEndpoint(db, ctx, endpointId)
  const row = await findDelivery(db, endpointId, id)
  const event = await findEvent(db, row.organizationId, row.eventId)
  const latest = await db
    .select()
    .from(webhookAttempts)
    .where(
      and(
        eq(webhookAttempts.organizationId, row.organizationId),
        eq(webhookAttempts.deliveryId, id)
      )
    )
    .orderBy(desc(webhookAttempts.number))
    .limit(ATTEMPTS_MAX)
  return { row, url, event, attempts: latest.reverse() }
}
