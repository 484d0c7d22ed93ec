import { type Static, Type } from '@sinclair/typebox'
import type { ApiKeyRow } from '../../db/tables/api-keys.js'
import { uuidToId } from '../../ids.js'
import { Id, Instant, Name, Nullable, oneOf } from '../../schemas.js'
import { SCOPES } from '../../scopes.js'
import { OVERLAP_SECONDS, OVERLAP_SECONDS_MAX, RATE_LIMIT_MAX } from './limits.js'

const ORGANIZATIONS_MAX = 1_000

const Scopes = Type.Array(oneOf(SCOPES), {
  minItems: 1,
  maxItems: SCOPES.length,
  uniqueItems: true,
  description: '`*` is everything, also what later versions add.',
  examples: [['members:read', 'invitations:write']]
})

const OrganizationIds = Nullable(
  Type.Array(Id('org'), {
    minItems: 1,
    maxItems: ORGANIZATIONS_MAX,
    uniqueItems: true,
    description: 'The only organizations it may reach; null: all of them.'
  })
)

const given = {
  name: Name(100, 'billing backend'),
  scopes: Scopes,
  organization_ids: OrganizationIds,
  expires_at: Nullable(Instant()),
  rate_limit_per_minute: Nullable(
    Type.Integer({
      minimum: 1,
      maximum: RATE_LIMIT_MAX,
      description: 'Requests a minute; null: as many as the deployment lets any key have.',
      examples: [600]
    })
  )
}

export const ApiKeyCreate = Type.Object(
  {
    ...given,
    organization_ids: Type.Optional(given.organization_ids),
    expires_at: Type.Optional(given.expires_at),
    rate_limit_per_minute: Type.Optional(given.rate_limit_per_minute)
  },
  {
    additionalProperties: false,
    examples: [{ name: 'billing backend', scopes: ['members:read', 'invitations:write'] }]
  }
)
export type ApiKeyCreate = Static<typeof ApiKeyCreate>

export const ApiKeyUpdate = Type.Partial(Type.Object(given), {
  additionalProperties: false,
  minProperties: 1,
  examples: [{ scopes: ['members:read'], rate_limit_per_minute: 600 }]
})
export type ApiKeyUpdate = Static<typeof ApiKeyUpdate>

export const ApiKeyRotate = Type.Object(
  {
    overlap_seconds: Type.Integer({
      minimum: 0,
      maximum: OVERLAP_SECONDS_MAX,
      default: OVERLAP_SECONDS,
      description: 'How long the value before is good as well; 0: it ends at once.'
    })
  },
  { additionalProperties: false, examples: [{ overlap_seconds: 3_600 }] }
)

const fields = {
  id: Id('key'),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  organization_ids: Nullable(Type.Array(Id('org'))),
  created_at: Instant(),
  expires_at: Nullable(Instant()),
  revoked_at: Nullable(Instant()),
  rate_limit_per_minute: Nullable(Type.Integer()),
  previous_secret_expires_at: Nullable(
    Instant({ description: 'Until when the value before the last rotation is good as well.' })
  ),
  last_used_at: Nullable(
    Instant({
      description:
        'To a minute or so. A token that was made with the key, when it is used, counts as well.'
    })
  ),
  last_used_ip: Nullable(
    Type.String({
      description: 'From where the key itself was used then: of your server, never of a person.',
      examples: ['192.0.2.10']
    })
  )
}

const EXAMPLE = {
  id: 'key_01jd3v8k2ffb5t0m5r6w9x7y3z',
  name: 'billing backend',
  scopes: ['members:read', 'invitations:write'],
  organization_ids: null,
  created_at: '2026-11-22T09:30:00.000Z',
  expires_at: null,
  revoked_at: null,
  rate_limit_per_minute: 600,
  previous_secret_expires_at: null,
  last_used_at: '2026-11-25T16:04:00.000Z',
  last_used_ip: '192.0.2.10'
}

export const ApiKeySchema = Type.Object(fields, { $id: 'ApiKey', examples: [EXAMPLE] })

export const ApiKeyWithSecret = Type.Object(
  {
    ...fields,
    api_key: Type.String({
      description: 'The key itself. Shown this once: only a hash is kept.',
      examples: ['mk_01jd3v8k2ffb5t0m5r6w9x7y3z_…']
    })
  },
  {
    $id: 'ApiKeyWithSecret',
    examples: [{ ...EXAMPLE, api_key: 'mk_01jd3v8k2ffb5t0m5r6w9x7y3z_…' }]
  }
)

/** As they are named; null: all. */
export const toOrganizationIds = ({ organizationIds }: ApiKeyRow): string[] | null =>
  organizationIds?.map((uuid) => uuidToId('org', uuid)) ?? null

/** The only crossing from row to wire. */
export function toApiKey(row: ApiKeyRow, now: Date): Static<typeof ApiKeySchema> {
  const { previousSecretEndsAt: ends } = row
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    organization_ids: toOrganizationIds(row),
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    rate_limit_per_minute: row.rateLimit,
    previous_secret_expires_at: ends !== null && ends > now ? ends.toISOString() : null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
    last_used_ip: row.lastUsedIp
  }
}

export const toApiKeyWithSecret = (
  { row, token }: { readonly row: ApiKeyRow; readonly token: string },
  now: Date
): Static<typeof ApiKeyWithSecret> => ({ ...toApiKey(row, now), api_key: token })
