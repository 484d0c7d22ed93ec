import { eq, sql } from 'drizzle-orm'
import type { Db } from '../../db/client.js'
import { webhookEndpoints } from '../../db/tables/webhooks.js'
import { uuidToId } from '../../ids.js'
import { defineSweep } from '../../jobs/job.js'
import { deleteDeliveries, discardPending } from './clear-deliveries.js'

const MINUTE_MS = 60_000

/**
 * What a command has left of a disabled endpoint is discarded, and of a deleted one deleted: where
 * there was more than it could take on, or an event was told at the same moment.
 */
export const clearWebhookDeliveries = defineSweep({
  name: 'clear-webhook-deliveries',
  everyMs: MINUTE_MS,

  async run({ db, now }) {
    const gone = await findGoneEndpoints(db)
    const deleted = gone.length === 0 ? 0 : await deleteDeliveries(db, gone)
    const disabled = await findDisabledEndpoints(db)
    const discarded = disabled.length === 0 ? 0 : await discardPending(db, disabled, now())
    return deleted + discarded
  }
})

async function findDisabledEndpoints(db: Db): Promise<string[]> {
  const rows = await db
    .select({ id: webhookEndpoints.id })
    .from(webhookEndpoints)
    .where(eq(webhookEndpoints.enabled, false))
  return rows.map(({ id }) => id)
}

/** One index probe for each endpoint that has deliveries. */
async function findGoneEndpoints(db: Db): Promise<string[]> {
  const { rows } = await db.execute<{ id: string }>(sql`
    with recursive known(id) as (
      (select endpoint_id from webhook_deliveries order by endpoint_id limit 1)
      union all
      select (
        select d.endpoint_id from webhook_deliveries d
        where d.endpoint_id > known.id order by d.endpoint_id limit 1)
      from known where known.id is not null)
    select id from known
    where id is not null and not exists (select from webhook_endpoints e where e.id = known.id)`)
  return rows.map(({ id }) => uuidToId('whe', id))
}
