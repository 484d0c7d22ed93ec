import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import { hashApiKeySecret, newApiKeySecret } from '../../crypto/api-key-token.js'
import { apiKeys } from '../../db/tables/api-keys.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import { reachOf, refuseBeyond } from './bounds.js'
import type { NewApiKey } from './create-api-key.js'
import { lockApiKey } from './get-api-key.js'
import { holdApiKey } from './hold-api-key.js'

/**
 * Gives a key another secret. The one before is good for as long as they overlap, and no other: when a
 * key is rotated again within that, the oldest ends at once. Whoever rotates learns the new value, so
 * the key may do no more than theirs.
 *
 * @param overlapSeconds 0: the secret before ends at once
 * @throws Problem not_found, api_key_revoked, scope_not_held, expiry_beyond_own
 */
export async function rotateApiKey(
  deps: Deps,
  ctx: OperatorContext,
  id: string,
  overlapSeconds: number
): Promise<NewApiKey> {
  return runCommand(deps, ctx, async (tx) => {
    await holdApiKey(tx, ctx, id)
    const before = await lockApiKey(tx, id)
    refuseBeyond(ctx, reachOf(before))
    const { secret, token } = newApiKeySecret(id)
    const endsAt = overlapSeconds === 0 ? null : endOf(ctx.now, overlapSeconds)
    const secrets = {
      secretHash: hashApiKeySecret(secret),
      previousSecretHash: endsAt === null ? null : before.secretHash,
      previousSecretEndsAt: endsAt
    }
    await tx.update(apiKeys).set(secrets).where(eq(apiKeys.id, id))
    appendEvents(tx, ctx, {}, [
      {
        type: 'api_key.rotated',
        subject: { type: 'api_key', id },
        data: { name: before.name, previous_secret_expires_at: endsAt?.toISOString() ?? null }
      }
    ])
    return { row: { ...before, ...secrets }, token }
  })
}

const endOf = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1_000)
