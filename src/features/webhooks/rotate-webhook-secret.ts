import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import { webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { appendEvents } from '../events/append-events.js'
import type { WithSecret } from './create-webhook-endpoint.js'
import { lockOwnEndpoint } from './queries.js'
import { newWebhookSecret } from './webhook-secret.js'

const DAY_MS = 86_400_000

/**
 * Gives an endpoint another secret. The one before signs beside it for a day; rotating again within
 * that ends the one before that.
 *
 * @throws Problem not_found
 */
export async function rotateWebhookSecret(
  deps: Deps,
  ctx: OperatorContext,
  id: string
): Promise<WithSecret> {
  return runCommand(deps, ctx, async (tx) => {
    const before = await lockOwnEndpoint(tx, ctx, id)
    const secret = newWebhookSecret()
    const previousSecretUntil = new Date(ctx.now.getTime() + DAY_MS)
    const row = {
      ...before,
      secret: deps.sealer.seal(secret),
      previousSecret: before.secret,
      previousSecretUntil,
      updatedAt: ctx.now
    }
    await tx.update(webhookEndpoints).set(row).where(eq(webhookEndpoints.id, id))
    appendEvents(tx, ctx, {}, [
      {
        type: 'webhook_endpoint.secret_rotated',
        subject: { type: 'webhook_endpoint', id },
        data: { previous_secret_expires_at: previousSecretUntil.toISOString() }
      }
    ])
    return { row, secret }
  })
}
