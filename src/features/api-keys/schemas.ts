import { type Static, Type } from '@sinclair/typebox'
import type { ApiKeyRow } from '../../db/tables/api-keys.js'
import { uuidToId } from '../../ids.js'
import { Id, Instant, Name, Nullable, oneOf } from '../../schemas.js'
import { SCOPES } from '../../scopes.js'

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

export const ApiKeyCreate = Type.Object(
  {
    name: Name(100, 'billing backend'),
    scopes: Scopes,
    organization_ids: Type.Optional(OrganizationIds),
    expires_at: Type.Optional(Nullable(Instant()))
  },
  {
    additionalProperties: false,
    examples: [{ name: 'billing backend', scopes: ['members:read', 'invitations:write'] }]
  }
)
export type ApiKeyCreate = Static<typeof ApiKeyCreate>

const fields = {
  id: Id('key'),
  name: Type.String(),
  scopes: Type.Array(Type.String()),
  organization_ids: Nullable(Type.Array(Id('org'))),
  created_at: Instant(),
  expires_at: Nullable(Instant()),
  revoked_at: Nullable(Instant())
}

const EXAMPLE = {
  id: 'key_01jd3v8k2ffb5t0m5r6w9x7y3z',
  name: 'billing backend',
  scopes: ['members:read', 'invitations:write'],
  organization_ids: null,
  created_at: '2026-11-22T09:30:00.000Z',
  expires_at: null,
  revoked_at: null
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

/** The only crossing from row to wire. */
export function toApiKey(row: ApiKeyRow): Static<typeof ApiKeySchema> {
  return {
    id: row.id,
    name: row.name,
    scopes: row.scopes,
    organization_ids: row.organizationIds?.map((uuid) => uuidToId('org', uuid)) ?? null,
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null
  }
}
