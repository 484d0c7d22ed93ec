import { runCommand } from '../../command.js'
import type { CallContext, OperatorContext } from '../../context.js'
import { hashApiKeySecret, newApiKeyToken } from '../../crypto/api-key-token.js'
import type { Tx } from '../../db/client.js'
import { type ApiKeyRow, apiKeys } from '../../db/tables/api-keys.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import type { Scope } from '../../scopes.js'
import { appendEvents } from '../events/append-events.js'
import { readExpiry, refuseBeyond } from './bounds.js'
import type { ApiKeyCreate } from './schemas.js'

/** A key's row together with its value, which exists nowhere else. */
export interface NewApiKey {
  readonly row: ApiKeyRow
  readonly token: string
}

/**
 * Makes a key that may do at most what the caller's may.
 *
 * @throws Problem scope_not_held, expiry_in_past, expiry_beyond_own
 */
export async function createApiKey(
  deps: Deps,
  ctx: OperatorContext,
  input: ApiKeyCreate
): Promise<NewApiKey> {
  const { name, scopes } = input
  const organizationIds = input.organization_ids ?? null
  const expiresAt = readExpiry(input.expires_at ?? null, ctx.now)
  refuseBeyond(ctx, { scopes, organizationIds, expiresAt })

  const { id, secret, token } = newApiKeyToken()
  return runCommand(deps, ctx, async (tx) => {
    const row = await insertApiKey(tx, ctx, {
      id,
      secret,
      name,
      scopes,
      organizationIds,
      expiresAt,
      rateLimit: input.rate_limit_per_minute ?? null
    })
    return { row, token }
  })
}

interface ApiKeyInsert {
  readonly id: string
  readonly secret: string
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly organizationIds: readonly string[] | null
  readonly expiresAt: Date | null
  readonly rateLimit: number | null
}

/** Writes the row and its event; the command line makes keys by this too. */
export async function insertApiKey(
  tx: Tx,
  ctx: CallContext,
  { id, secret, name, scopes, organizationIds, expiresAt, rateLimit }: ApiKeyInsert
): Promise<ApiKeyRow> {
  const [row] = await tx
    .insert(apiKeys)
    .values({
      id,
      name,
      secretHash: hashApiKeySecret(secret),
      scopes: [...scopes],
      organizationIds: organizationIds?.map((one) => idToUuid('org', one)) ?? null,
      createdAt: ctx.now,
      expiresAt,
      rateLimit
    })
    .returning()
  if (!row) throw new Error('an insert returns its row')
  const data = {
    name,
    scopes,
    organization_ids: organizationIds,
    expires_at: expiresAt?.toISOString() ?? null,
    rate_limit_per_minute: rateLimit
  }
  appendEvents(tx, ctx, {}, [{ type: 'api_key.created', subject: { type: 'api_key', id }, data }])
  return row
}
