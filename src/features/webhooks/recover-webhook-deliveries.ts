import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { recoveryRange } from './errors.js'
import { lockToSend } from './lock-to-send.js'

const DAY_MS = 86_400_000
/** As long as deliveries are kept. */
const DAYS_MAX = 30
/** Deliveries of one call. */
const RECOVERED_MAX = 10_000

export interface Recovered {
  readonly recovered: number
  readonly hasMore: boolean
}

/**
 * Tries again whatever an endpoint has missed since an instant, the oldest first: what has failed for
 * good, and what was discarded while it was disabled. What has no event any more stays as it is.
 * Asking again does nothing to what is already pending; a call that finds nothing leaves no event.
 *
 * @throws Problem not_found, webhook_endpoint_disabled, recovery_range
 */
export async function recoverWebhookDeliveries(
  deps: Deps,
  ctx: OperatorContext,
  endpointId: string,
  since: Date
): Promise<Recovered> {
  const ago = ctx.now.getTime() - since.getTime()
  if (ago < 0 || ago > DAYS_MAX * DAY_MS) throw recoveryRange({ days: DAYS_MAX })
  return runCommand(deps, ctx, async (tx) => {
    await lockToSend(tx, ctx, endpointId)
    const found = await askAgain(tx, endpointId, since, ctx.now)
    const recovered = Math.min(found, RECOVERED_MAX)
    if (recovered > 0) {
      appendEvents(tx, ctx, {}, [
        {
          type: 'webhook_endpoint.recovery_requested',
          subject: { type: 'webhook_endpoint', id: endpointId },
          data: { since: since.toISOString(), recovered }
        }
      ])
    }
    return { recovered, hasMore: found > recovered }
  })
}

/** How many there are, one more than are taken at most. */
async function askAgain(tx: Tx, endpointId: string, since: Date, now: Date): Promise<number> {
  const { rows } = await tx.execute<{ count: number }>(sql`
    with lost as materialized (
      select d.organization_id, d.id, row_number() over (order by d.created_at, d.position) as place
      from webhook_deliveries d
      where d.endpoint_id = ${idToUuid('whe', endpointId)} and d.status in ('failed', 'discarded')
        and d.created_at >= ${since.toISOString()}::timestamptz and exists (
          select from events e where e.organization_id = d.organization_id and e.id = d.event_id
            and e.keep_until = d.event_keep_until)
      order by d.created_at, d.position limit ${RECOVERED_MAX + 1}),
    asked as (
      update webhook_deliveries d set status = 'pending', attempts = 0, ended_at = null,
        next_attempt_at = ${now.toISOString()}::timestamptz
      from lost where d.organization_id = lost.organization_id and d.id = lost.id
        and lost.place <= ${RECOVERED_MAX})
    select count(*)::int as count from lost`)
  return rows[0]?.count ?? 0
}
