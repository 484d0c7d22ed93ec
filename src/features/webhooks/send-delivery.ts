import { createHmac } from 'node:crypto'
import type { WebhookEndpointRow } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import type { Outcome } from '../../outbound/outbound.js'
import { type Span, type SpanOptions, traced } from '../../telemetry/tracing.js'
import type { EventRecord } from '../events/queries.js'
import { renderEvent } from './render-event.js'

const USER_AGENT = 'Muster-Webhooks/1'

/** An endpoint with what signs for it, open as long as it is drained. */
export interface Recipient {
  readonly endpoint: WebhookEndpointRow
  /** By the secret, and while its time lasts by the one before. */
  readonly signingKeys: readonly Buffer[]
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
  return { endpoint, signingKeys: sealed.map((one) => signingKeyOf(sealer.open(one))) }
}

const signingKeyOf = (secret: string) => Buffer.from(secret.replace(/^whsec_/, ''), 'base64')

/** By Node's own HMAC: the library's, in JavaScript, takes five times as long. */
const sign = (key: Buffer, signed: string) =>
  `v1,${createHmac('sha256', key).update(signed).digest('base64')}`

/** Sends one event, once, signed as Standard Webhooks says. */
export async function sendDelivery(
  deps: Pick<Deps, 'outbound' | 'now' | 'tracing'>,
  recipient: Recipient,
  event: EventRecord,
  signal: AbortSignal
): Promise<Outcome> {
  // What wrote the event has told of nothing: its delivery would be a trace of its own.
  if (event.traceContext === null) return post(deps, recipient, event, { signal })
  const options: SpanOptions = {
    name: 'deliver webhook',
    kind: 'producer',
    parent: event.traceContext,
    attributes: {
      'muster.event_type': event.type,
      'muster.webhook_endpoint': recipient.endpoint.id
    }
  }
  return traced(deps.tracing, options, async (span) => {
    const outcome = await post(deps, recipient, event, { signal, span })
    const { statusCode, error } = outcome
    if (statusCode !== null) span?.set({ 'http.response.status_code': statusCode })
    if (error !== null || !isSuccess(statusCode)) span?.fail(undefined)
    return outcome
  })
}

const isSuccess = (statusCode: number | null) =>
  statusCode !== null && statusCode >= 200 && statusCode < 300

async function post(
  { outbound, now }: Pick<Deps, 'outbound' | 'now'>,
  { endpoint, signingKeys }: Recipient,
  event: EventRecord,
  { signal, span }: { readonly signal: AbortSignal; readonly span?: Span | undefined }
): Promise<Outcome> {
  const body = renderEvent(event)
  const timestamp = String(Math.floor(now().getTime() / 1_000))
  const signed = `${event.id}.${timestamp}.${body}`
  return outbound.post({
    url: endpoint.url,
    headers: {
      'content-type': 'application/json',
      'user-agent': USER_AGENT,
      ...(span && { traceparent: span.traceparent }),
      'webhook-id': event.id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signingKeys.map((key) => sign(key, signed)).join(' ')
    },
    body,
    signal
  })
}
