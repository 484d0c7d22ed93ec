import { eq } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import type { Tx } from '../../db/client.js'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { uuidToId } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { toLikePatterns } from '../events/event-type-patterns.js'
import { toldChanges } from '../events/given-changes.js'
import { disableEndpoint } from './disable-endpoint.js'
import { lockOwnEndpoint, readOrganizations } from './queries.js'
import { readUrl } from './read-url.js'
import type { WebhookEndpointUpdate } from './schemas.js'

/** One that is enabled has done nothing wrong yet. */
const ENABLED = {
  enabled: true,
  disabledAt: null,
  disabledReason: null,
  failingSince: null,
  failures: 0,
  pausedUntil: null
} as const

/**
 * Changes the fields that are given. Other types and organizations concern what happens from now on.
 * Disabling discards what is waiting. A call that changes nothing leaves no event.
 *
 * @throws Problem not_found, webhook_url_invalid, webhook_url_insecure, webhook_address_not_allowed,
 *   organizations_unknown
 */
export async function updateWebhookEndpoint(
  deps: Deps,
  ctx: OperatorContext,
  id: string,
  input: WebhookEndpointUpdate
): Promise<WebhookEndpointRow> {
  const url = input.url === undefined ? undefined : readUrl(deps.config, input.url)
  return runCommand(deps, ctx, async (tx) => {
    const before = await lockOwnEndpoint(tx, ctx, id)
    const { organization_ids: organizationIds } = input
    const after = applied(before, { ...input, ...(url === undefined ? {} : { url }) })
    if (organizationIds !== undefined) {
      after.organizationIds = await readOrganizations(tx, ctx, organizationIds)
    }
    const changed = await write(tx, ctx, before, after)
    const disables = before.enabled && input.enabled === false
    return disables ? disableEndpoint(tx, ctx, changed, 'manual') : changed
  })
}

/** Without its organizations, and without what disabling means. */
function applied(before: WebhookEndpointRow, input: WebhookEndpointUpdate): WebhookEndpointRow {
  const eventTypes = input.event_types ?? before.eventTypes
  const contact = input.contact_email
  return {
    ...before,
    ...(input.enabled === true && !before.enabled ? ENABLED : {}),
    url: input.url ?? before.url,
    description: input.description === undefined ? before.description : input.description,
    eventTypes,
    typePatterns: toLikePatterns(eventTypes),
    ordered: input.ordered ?? before.ordered,
    contactEmail: contact === undefined ? before.contactEmail : contact
  }
}

async function write(
  tx: Tx,
  ctx: OperatorContext,
  before: WebhookEndpointRow,
  after: WebhookEndpointRow
): Promise<WebhookEndpointRow> {
  const changes = toldChanges(told(before), told(after))
  if (Object.keys(changes).length === 0) return before
  const row = { ...after, updatedAt: ctx.now }
  await tx.update(webhookEndpoints).set(row).where(eq(webhookEndpoints.id, row.id))
  appendEvents(tx, ctx, {}, [
    {
      type: 'webhook_endpoint.updated',
      subject: { type: 'webhook_endpoint', id: row.id },
      changes
    }
  ])
  return row
}

/** What of it can be changed, as the wire names it. */
const told = (row: WebhookEndpointRow): Record<string, unknown> => ({
  url: row.url,
  description: row.description,
  event_types: row.eventTypes,
  organization_ids: row.organizationIds?.map((uuid) => uuidToId('org', uuid)) ?? null,
  enabled: row.enabled,
  ordered: row.ordered,
  contact_email: row.contactEmail
})
