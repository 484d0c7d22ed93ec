import { Webhook } from 'standardwebhooks'
import type { WebhookEndpointRow } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import type { Outcome } from '../../outbound/outbound.js'
import type { EventRecord } from '../events/queries.js'
import { renderEvent } from './render-event.js'

const USER_AGENT = 'Muster-Webhooks/1'

/** An endpoint with what signs for it, open as long as it is drained. */
export interface Recipient {
  readonly endpoint: WebhookEndpointRow
  /** By the secret, and while its time lasts by the one before. */
  readonly signers: readonly Webhook[]
}

/** What signs for an endpoint at this instant. */
export function openRecipient(
  { sealer }: Pick<Deps, 'sealer'>,
  endpoint: WebhookEndpointRow,
  now: Date
): Recipient {
  const { secret, previousSecret, previousSecretUntil } = endpoint
  const isLeft =
    previousSecret !== null && previousSecretUntil !== null && previousSecretUntil > now
  const sealed = isLeft ? [secret, previousSecret] : [secret]
  return { endpoint, signers: sealed.map((one) => new Webhook(sealer.open(one))) }
}

/** Sends one event, once, signed as Standard Webhooks says. */
export async function sendDelivery(
  { outbound, now }: Pick<Deps, 'outbound' | 'now'>,
  { endpoint, signers }: Recipient,
  event: EventRecord,
  signal: AbortSignal
): Promise<Outcome> {
  const body = renderEvent(event)
  const at = now()
  return outbound.post({
    url: endpoint.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      'webhook-id': event.id,
      'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
      'webhook-signature': signers.map((signer) => signer.sign(event.id, at, body)).join(' ')
    },
    body,
    signal
  })
}
