import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import { type ApiKeyRow, apiKeys } from '../../db/tables/api-keys.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { toldChanges } from '../events/given-changes.js'
import { isWithin, reachOf, readExpiry, refuseBeyond } from './bounds.js'
import { lockApiKey } from './get-api-key.js'
import { holdApiKey } from './hold-api-key.js'
import { type ApiKeyUpdate, toOrganizationIds } from './schemas.js'

/**
 * Changes the fields that are given, for the very next request with the key. What makes it narrower is
 * anybody's who may change keys; what makes it wider only theirs who could make it so. A call that
 * changes nothing leaves no event. The last key that may change keys can be narrowed or ended too:
 * `muster keys create` makes another, whatever is left.
 *
 * @throws Problem not_found, api_key_revoked, scope_not_held, expiry_in_past, expiry_beyond_own
 */
export async function updateApiKey(
  deps: Deps,
  ctx: OperatorContext,
  id: string,
  input: ApiKeyUpdate
): Promise<ApiKeyRow> {
  return runCommand(deps, ctx, async (tx) => {
    await holdApiKey(tx, ctx, id)
    const before = await lockApiKey(tx, id)
    const after = applied(before, input)
    const changes = toldChanges(told(before), told(after))
    if (Object.keys(changes).length === 0) return before
    if (changes['expires_at']) readExpiry(input.expires_at ?? null, ctx.now)
    if (!isWithin(reachOf(after), reachOf(before))) refuseBeyond(ctx, reachOf(after))
    const { name, scopes, organizationIds, expiresAt, rateLimit } = after
    await tx
      .update(apiKeys)
      .set({ name, scopes, organizationIds, expiresAt, rateLimit })
      .where(eq(apiKeys.id, id))
    appendEvents(tx, ctx, {}, [
      { type: 'api_key.updated', subject: { type: 'api_key', id }, changes }
    ])
    return after
  })
}

function applied(before: ApiKeyRow, input: ApiKeyUpdate): ApiKeyRow {
  const { organization_ids: organizations, expires_at: expires, rate_limit_per_minute } = input
  return {
    ...before,
    name: input.name ?? before.name,
    scopes: input.scopes ?? before.scopes,
    ...(organizations === undefined
      ? {}
      : { organizationIds: organizations?.map((one) => idToUuid('org', one)) ?? null }),
    ...(expires === undefined ? {} : { expiresAt: expires === null ? null : new Date(expires) }),
    ...(rate_limit_per_minute === undefined ? {} : { rateLimit: rate_limit_per_minute })
  }
}

/** What of it can be changed, as the wire names it. */
const told = (row: ApiKeyRow): Record<string, unknown> => ({
  name: row.name,
  scopes: row.scopes,
  organization_ids: toOrganizationIds(row),
  expires_at: row.expiresAt?.toISOString() ?? null,
  rate_limit_per_minute: row.rateLimit
})
