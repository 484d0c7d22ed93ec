import { type Static, Type } from '@sinclair/typebox'
import { DISABLED_REASONS, type WebhookEndpointRow } from '../../db/tables/webhooks.js'
import { uuidToId } from '../../ids.js'
import { Email, Id, Instant, Name, Nullable, oneOf } from '../../schemas.js'
import { EVENT_TYPE_PATTERNS } from '../events/event-type-patterns.js'
import { URL_LENGTH_MAX } from './read-url.js'

const EVENT_TYPES_MAX = 100
const ORGANIZATIONS_MAX = 100

export const EndpointParams = Type.Object({ webhook_endpoint_id: Id('whe') })

const Url = Type.String({
  minLength: 1,
  maxLength: URL_LENGTH_MAX,
  pattern: '^[^\\s\\u0000-\\u001f\\u007f]+$',
  description:
    'Where events are sent: https, without credentials and without a fragment. Addresses of private ' +
    'networks are refused.',
  examples: ['https://billing.acme.test/webhooks/muster']
})

const EventTypes = Type.Array(oneOf(EVENT_TYPE_PATTERNS), {
  minItems: 1,
  maxItems: EVENT_TYPES_MAX,
  uniqueItems: true,
  description:
    'Which events: types, all of a noun (`member.*`), or `*`, which is everything, also what later ' +
    'versions add.',
  examples: [['member.*', 'organization.deleted']]
})

const OrganizationIds = Nullable(
  Type.Array(Id('org'), {
    minItems: 1,
    maxItems: ORGANIZATIONS_MAX,
    uniqueItems: true,
    description: 'Of which organizations; null: of all, and of the deployment itself.'
  })
)

const requested = {
  url: Url,
  description: Type.Optional(Nullable(Name(500, 'Billing: who has a seat'))),
  event_types: EventTypes,
  organization_ids: Type.Optional(OrganizationIds),
  enabled: Type.Optional(Type.Boolean()),
  ordered: Type.Optional(
    Type.Boolean({
      description:
        'The events of an organization one after the other, each once those before it have been ' +
        'delivered or have failed for good. Slower, and a failing one delays the rest.'
    })
  ),
  contact_email: Type.Optional(
    Nullable({ ...Email, description: 'Whom we tell when the endpoint has been disabled.' })
  )
}

export const WebhookEndpointCreate = Type.Object(
  {
    ...requested,
    enabled: Type.Boolean({ default: true }),
    ordered: Type.Boolean({ ...requested.ordered, default: false })
  },
  {
    additionalProperties: false,
    examples: [
      {
        url: 'https://billing.acme.test/webhooks/muster',
        event_types: ['member.*', 'organization.deleted'],
        contact_email: 'ops@acme.test'
      }
    ]
  }
)
export type WebhookEndpointCreate = Static<typeof WebhookEndpointCreate>

export const WebhookEndpointUpdate = Type.Object(
  { ...requested, url: Type.Optional(Url), event_types: Type.Optional(EventTypes) },
  { additionalProperties: false, minProperties: 1, examples: [{ event_types: ['member.*'] }] }
)
export type WebhookEndpointUpdate = Static<typeof WebhookEndpointUpdate>

export const Recovery = Type.Object(
  {
    since: Instant({ description: 'When the first of the events happened: at most 30 days ago.' })
  },
  { additionalProperties: false, examples: [{ since: '2026-11-22T09:30:00.000Z' }] }
)

export const RecoveryAnswer = Type.Object(
  {
    recovered: Type.Integer({
      description: 'How many deliveries are tried again: 10,000 at most.'
    }),
    has_more: Type.Boolean({ description: 'Ask again with the same `since` for the rest.' })
  },
  { examples: [{ recovered: 12, has_more: false }] }
)

const fields = {
  id: Id('whe'),
  url: Type.String(),
  description: Nullable(Type.String()),
  event_types: Type.Array(Type.String()),
  organization_ids: Nullable(Type.Array(Id('org'))),
  enabled: Type.Boolean(),
  ordered: Type.Boolean(),
  contact_email: Nullable(Type.String()),
  disabled_at: Nullable(Instant()),
  disabled_reason: Nullable(
    oneOf(DISABLED_REASONS, {
      description:
        '`manual`: by you. `gone`: it answered 410. `failing`: nothing got through for five days.'
    })
  ),
  failing_since: Nullable(Instant({ description: 'Since when nothing has got through.' })),
  paused_until: Nullable(
    Instant({ description: 'Nothing is sent until then, as it has failed or asked for a pause.' })
  ),
  previous_secret_expires_at: Nullable(
    Instant({ description: 'Until then the secret before signs as well.' })
  ),
  created_at: Instant(),
  updated_at: Instant()
}

const EXAMPLE = {
  id: 'whe_01jd3v8k2ffb5t0m5r6w9x7y3z',
  url: 'https://billing.acme.test/webhooks/muster',
  description: null,
  event_types: ['member.*', 'organization.deleted'],
  organization_ids: null,
  enabled: true,
  ordered: false,
  contact_email: 'ops@acme.test',
  disabled_at: null,
  disabled_reason: null,
  failing_since: null,
  paused_until: null,
  previous_secret_expires_at: null,
  created_at: '2026-11-22T09:30:00.000Z',
  updated_at: '2026-11-22T09:30:00.000Z'
}

export const WebhookEndpointSchema = Type.Object(fields, {
  $id: 'WebhookEndpoint',
  examples: [EXAMPLE]
})

const SECRET_EXAMPLE = 'whsec_…'

export const WebhookEndpointWithSecret = Type.Object(
  {
    ...fields,
    secret: Type.String({
      description: 'What verifies that a delivery is ours. Shown this once: it is kept encrypted.',
      examples: [SECRET_EXAMPLE]
    })
  },
  { $id: 'WebhookEndpointWithSecret', examples: [{ ...EXAMPLE, secret: SECRET_EXAMPLE }] }
)

/** The only crossing from row to wire; what is over by the given instant is not told. */
export function toWebhookEndpoint(
  row: WebhookEndpointRow,
  now: Date
): Static<typeof WebhookEndpointSchema> {
  const unlessOver = (until: Date | null) =>
    until !== null && until > now ? until.toISOString() : null
  return {
    id: row.id,
    url: row.url,
    description: row.description,
    event_types: row.eventTypes,
    organization_ids: row.organizationIds?.map((uuid) => uuidToId('org', uuid)) ?? null,
    enabled: row.enabled,
    ordered: row.ordered,
    contact_email: row.contactEmail,
    disabled_at: row.disabledAt?.toISOString() ?? null,
    disabled_reason: row.disabledReason,
    failing_since: row.failingSince?.toISOString() ?? null,
    paused_until: unlessOver(row.pausedUntil),
    previous_secret_expires_at: unlessOver(row.previousSecretUntil),
    created_at: row.createdAt.toISOString(),
    updated_at: row.updatedAt.toISOString()
  }
}
