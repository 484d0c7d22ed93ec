import { and, eq, type SQL, sql } from 'drizzle-orm'
import type { OperatorContext } from '../../context.js'
import { instantSql } from '../../db/columns.js'
import { type PageRequest, type PageResult, selectPage } from '../../db/page.js'
import {
  type DeliveryStatus,
  type WebhookDeliveryRow,
  webhookDeliveries
} from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { idToUuid } from '../../ids.js'
import { EVENT_ID_SHARED } from './delivery-id.js'
import { findEndpoint } from './queries.js'

export interface DeliveryFilter {
  readonly endpointId: string
  readonly status?: DeliveryStatus | undefined
  readonly eventType?: string | undefined
  readonly eventId?: string | undefined
  readonly organizationId?: string | undefined
  /** Created at this instant or later. */
  readonly from?: Date | undefined
  /** Created before. */
  readonly to?: Date | undefined
}

/**
 * What was and is to be sent to an endpoint, newest first.
 *
 * @throws Problem not_found
 */
export async function listWebhookDeliveries(
  { db }: Deps,
  ctx: OperatorContext,
  filter: DeliveryFilter,
  page: PageRequest
): Promise<PageResult<WebhookDeliveryRow>> {
  await findEndpoint(db, ctx, filter.endpointId)
  return selectPage(db, webhookDeliveries, { where: matches(filter), newestFirst: true }, page)
}

function matches(filter: DeliveryFilter): SQL | undefined {
  const { endpointId, status, eventType, eventId, organizationId, from, to } = filter
  const delivery = webhookDeliveries
  return and(
    eq(delivery.endpointId, endpointId),
    status === undefined ? undefined : eq(delivery.status, status),
    eventType === undefined ? undefined : eq(delivery.eventType, eventType),
    eventId === undefined ? undefined : isOfEvent(eventId),
    organizationId === undefined ? undefined : eq(delivery.organizationId, organizationId),
    from === undefined ? undefined : sql`${delivery.createdAt} >= ${instantSql(from)}`,
    to === undefined ? undefined : sql`${delivery.createdAt} < ${instantSql(to)}`
  )
}

/** Deliveries begin as their event does, so the index on their ids finds them. */
function isOfEvent(eventId: string): SQL | undefined {
  const shared = idToUuid('evt', eventId).slice(0, EVENT_ID_SHARED)
  const { id } = webhookDeliveries
  return and(
    sql`${id} between ${`${shared}-0000-000000000000`} and ${`${shared}-ffff-ffffffffffff`}`,
    eq(webhookDeliveries.eventId, eventId)
  )
}
