import { and, eq, isNull } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { CallContext } from '../../context.js'
import { type ApiKeyRow, apiKeys } from '../../db/tables/api-keys.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { getApiKey } from './get-api-key.js'
import { holdApiKey } from './hold-api-key.js'

/**
 * Ends a key: the very next request with it is refused. Revoking again changes nothing.
 *
 * @throws Problem not_found
 */
export async function revokeApiKey(deps: Deps, ctx: CallContext, id: string): Promise<ApiKeyRow> {
  return runCommand(deps, ctx, async (tx) => {
    await holdApiKey(tx, ctx, id)
    const [revoked] = await tx
      .update(apiKeys)
      .set({ revokedAt: ctx.now })
      .where(and(eq(apiKeys.id, id), isNull(apiKeys.revokedAt)))
      .returning()
    if (!revoked) return getApiKey(tx, id)
    appendEvents(tx, ctx, {}, [
      { type: 'api_key.revoked', subject: { type: 'api_key', id }, data: { name: revoked.name } }
    ])
    return revoked
  })
}
