import { and, eq, inArray, ne, type SQL, sql } from 'drizzle-orm'
import type { OperatorContext } from '../../context.js'
import type { Db, Tx } from '../../db/client.js'
import { organizations } from '../../db/tables/organizations.js'
import {
  type WebhookDeliveryRow,
  type WebhookEndpointRow,
  webhookDeliveries,
  webhookEndpoints
} from '../../db/tables/webhooks.js'
import { notFound } from '../../errors.js'
import { idToUuid } from '../../ids.js'
import { lockEndpoint } from './disable-endpoint.js'
import { organizationsUnknown } from './errors.js'

type Caller = Pick<OperatorContext, 'organizationIds'>

/** To whom an endpoint is there: a key that is limited sees those which tell of its own alone. */
export function isVisibleTo({ organizationIds }: Caller): SQL | undefined {
  if (organizationIds === null) return undefined
  const own = organizationIds.map((id) => idToUuid('org', id))
  return sql`${webhookEndpoints.organizationIds} <@ ${sql.param(own)}::uuid[]`
}

/** @throws Problem not_found */
export async function findEndpoint(
  db: Db,
  caller: Caller,
  id: string
): Promise<WebhookEndpointRow> {
  const [row] = await db
    .select()
    .from(webhookEndpoints)
    .where(and(eq(webhookEndpoints.id, id), isVisibleTo(caller)))
  if (!row) throw notFound()
  return row
}

/**
 * The same, locked: the first thing that a command does.
 *
 * @throws Problem not_found
 */
export async function lockOwnEndpoint(
  tx: Tx,
  { organizationIds: own, precondition }: OperatorContext,
  id: string
): Promise<WebhookEndpointRow> {
  const row = await lockEndpoint(tx, id)
  const uuids = own?.map((one) => idToUuid('org', one))
  const isOwn = uuids === undefined || row?.organizationIds?.every((uuid) => uuids.includes(uuid))
  if (!row || isOwn !== true) throw notFound()
  await precondition?.hold(tx)
  return row
}

/** @throws Problem not_found */
export async function findDelivery(
  db: Db,
  endpointId: string,
  id: string
): Promise<WebhookDeliveryRow> {
  const [row] = await db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.endpointId, endpointId), eq(webhookDeliveries.id, id)))
  if (!row) throw notFound()
  return row
}

/**
 * The organizations of an endpoint as they are stored; null: all. Nobody learns which of those that
 * are not theirs exist.
 *
 * @throws Problem organizations_unknown
 */
export async function readOrganizations(
  db: Db,
  { organizationIds: own }: Caller,
  ids: readonly string[] | null
): Promise<string[] | null> {
  if (ids === null) return null
  const isThere = and(inArray(organizations.id, [...ids]), ne(organizations.status, 'deleted'))
  const count = await db.$count(organizations, isThere)
  const areOwn = own === null || ids.every((id) => own.includes(id))
  if (!areOwn || count < ids.length) throw organizationsUnknown()
  return ids.map((id) => idToUuid('org', id))
}
