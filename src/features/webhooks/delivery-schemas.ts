import { type Static, Type } from '@sinclair/typebox'
import {
  DELIVERY_STATUSES,
  type WebhookAttemptRow,
  type WebhookDeliveryRow
} from '../../db/tables/webhooks.js'
import { DEPLOYMENT_ID } from '../../ids.js'
import { Id, Instant, Nullable, oneOf } from '../../schemas.js'
import { EndpointParams } from './schemas.js'

export const DeliveryParams = Type.Object({
  ...EndpointParams.properties,
  delivery_id: Id('dlv')
})

const Status = oneOf(DELIVERY_STATUSES, {
  description:
    '`pending`: it is tried, and tried again. `failed`: for good, after eight attempts. ' +
    '`discarded`: the endpoint was disabled, or the event has gone, before it got through.'
})

export const DeliveryFilter = {
  status: Type.Optional(Status),
  event_type: Type.Optional(Type.String({ pattern: '^[a-z_]+\\.[a-z_]+$', maxLength: 64 })),
  event_id: Type.Optional(Id('evt')),
  organization_id: Type.Optional(Id('org')),
  from: Type.Optional(Instant({ description: 'Created at this instant or later.' })),
  to: Type.Optional(Instant({ description: 'Created before this instant.' }))
}

const fields = {
  id: Id('dlv'),
  endpoint_id: Id('whe'),
  event_id: Id('evt'),
  event_type: Type.String(),
  organization_id: Nullable(Id('org')),
  status: Status,
  attempts_count: Type.Integer({
    description: 'Scheduled attempts since it was made, or since it was last asked for again.'
  }),
  next_attempt_at: Nullable(Instant({ description: 'Of a pending one: not before then.' })),
  created_at: Instant(),
  ended_at: Nullable(Instant())
}

const EXAMPLE = {
  id: 'dlv_01jd3v8k2ffb5t0m5r6w9x7y3z',
  endpoint_id: 'whe_01jd3v8k2ffb5t0m5r6w9x7y3z',
  event_id: 'evt_01jd3v8k2ffb5t0m5r6w9x7y3z',
  event_type: 'member.joined',
  organization_id: 'org_01jd3v8k2ffb5t0m5r6w9x7y3z',
  status: 'delivered',
  attempts_count: 1,
  next_attempt_at: null,
  created_at: '2026-11-22T09:30:00.000Z',
  ended_at: '2026-11-22T09:30:00.084Z'
}

export const WebhookDeliverySchema = Type.Object(fields, {
  $id: 'WebhookDelivery',
  examples: [EXAMPLE]
})

const Attempt = Type.Object({
  number: Type.Integer(),
  attempted_at: Instant(),
  latency_ms: Type.Integer(),
  status_code: Nullable(Type.Integer()),
  response_headers: Nullable(Type.Record(Type.String(), Type.String())),
  response_body: Nullable(Type.String({ description: 'The first 16 kB.' })),
  error: Nullable(Type.String({ description: 'Why there was no answer.' }))
})

export const WebhookDeliveryWithAttempts = Type.Object(
  {
    ...fields,
    request: Type.Object({
      url: Type.String(),
      body: Nullable(Type.Unsafe<unknown>(Type.Ref('Event')))
    }),
    attempts: Type.Array(Attempt, { description: 'In their order; the last 100.' })
  },
  {
    $id: 'WebhookDeliveryWithAttempts',
    examples: [
      {
        ...EXAMPLE,
        request: { url: 'https://billing.acme.test/webhooks/muster', body: null },
        attempts: [
          {
            number: 1,
            attempted_at: '2026-11-22T09:30:00.031Z',
            latency_ms: 53,
            status_code: 204,
            response_headers: { date: 'Sun, 22 Nov 2026 09:30:00 GMT' },
            response_body: '',
            error: null
          }
        ]
      }
    ]
  }
)

/** The only crossing from row to wire. */
export function toWebhookDelivery(row: WebhookDeliveryRow): Static<typeof WebhookDeliverySchema> {
  return {
    id: row.id,
    endpoint_id: row.endpointId,
    event_id: row.eventId,
    event_type: row.eventType,
    organization_id: row.organizationId === DEPLOYMENT_ID ? null : row.organizationId,
    status: row.status,
    attempts_count: row.attempts,
    next_attempt_at: row.nextAttemptAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
    ended_at: row.endedAt?.toISOString() ?? null
  }
}

/** What became of one attempt. */
export function toAttempt(row: WebhookAttemptRow): Static<typeof Attempt> {
  return {
    number: row.number,
    attempted_at: row.attemptedAt.toISOString(),
    latency_ms: row.latencyMs,
    status_code: row.statusCode,
    response_headers: row.responseHeaders,
    response_body: row.responseBody,
    error: row.error
  }
}
