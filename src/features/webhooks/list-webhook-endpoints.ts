import type { OperatorContext } from '../../context.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { isVisibleTo } from './queries.js'

/** The endpoints that whoever asks may see, oldest first. */
export async function listWebhookEndpoints(
  { db }: Deps,
  ctx: OperatorContext,
  page: PageRequest
): Promise<PageResult<WebhookEndpointRow>> {
  return selectPage(db, webhookEndpoints, { where: isVisibleTo(ctx), newestFirst: false }, page)
}
