import { type SQL, sql } from 'drizzle-orm'
import { selectPage } from '../../db/page.js'
import {
  type WebhookEndpointRow,
  webhookDeliveries,
  webhookEndpoints
} from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'

const DAY_MS = 86_400_000
/** More than there can be. */
const ENDPOINTS_MAX = 1_000

/** How an endpoint does, for whoever operates Muster. */
export type EndpointStanding = WebhookEndpointRow & {
  readonly pending: number
  /** For good, within the last day. */
  readonly failed: number
}

/** All endpoints with what waits for them and what they have lost lately, oldest first. */
export async function listEndpointStandings({
  db,
  now
}: Pick<Deps, 'db' | 'now'>): Promise<readonly EndpointStanding[]> {
  const since = new Date(now().getTime() - DAY_MS).toISOString()
  const counts = {
    pending: countOf(sql`d.status = 'pending'`),
    failed: countOf(sql`d.status = 'failed' and d.ended_at >= ${since}::timestamptz`)
  }
  const all = { limit: ENDPOINTS_MAX, after: undefined, includeTotal: false }
  const filter = { where: undefined, newestFirst: false, counts }
  return (await selectPage(db, webhookEndpoints, filter, all)).rows
}

const countOf = (which: SQL) => sql<number>`(
  select count(*)::int from ${webhookDeliveries} d
  where d.endpoint_id = ${webhookEndpoints}.id and ${which})`
