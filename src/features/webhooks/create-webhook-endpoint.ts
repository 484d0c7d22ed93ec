import { sql } from 'drizzle-orm'
import { runCommand } from '../../command.js'
import type { OperatorContext } from '../../context.js'
import { type WebhookEndpointRow, webhookEndpoints } from '../../db/tables/webhooks.js'
import type { Deps } from '../../deps.js'
import { newId } from '../../ids.js'
import { appendEvents } from '../events/append-events.js'
import { toLikePatterns } from '../events/event-type-patterns.js'
import { tooManyWebhookEndpoints } from './errors.js'
import { readOrganizations } from './queries.js'
import { readUrl } from './read-url.js'
import type { WebhookEndpointCreate } from './schemas.js'
import { newWebhookSecret } from './webhook-secret.js'

/** Every command that tells something looks at all of them. */
const ENDPOINTS_MAX = 500
/** Serialises those who count them. */
const COUNT_LOCK = 7_291_600_457

/** An endpoint's row together with its secret, which is only told now. */
export interface WithSecret {
  readonly row: WebhookEndpointRow
  readonly secret: string
}

/**
 * Makes an endpoint, which gets the events of its types from now on.
 *
 * @throws Problem webhook_url_invalid, webhook_url_insecure, webhook_address_not_allowed,
 *   organizations_unknown, too_many_webhook_endpoints
 */
export async function createWebhookEndpoint(
  deps: Deps,
  ctx: OperatorContext,
  input: WebhookEndpointCreate
): Promise<WithSecret> {
  const url = readUrl(deps.config, input.url)
  return runCommand(deps, ctx, async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(${COUNT_LOCK})`)
    const count = await tx.$count(webhookEndpoints)
    if (count >= ENDPOINTS_MAX) throw tooManyWebhookEndpoints({ limit: ENDPOINTS_MAX })
    const organizationIds = await readOrganizations(tx, ctx, input.organization_ids ?? null)
    const secret = newWebhookSecret()
    const row = {
      ...newRow(ctx, { ...input, url }),
      organizationIds,
      secret: deps.sealer.seal(secret)
    }
    await tx.insert(webhookEndpoints).values(row)
    appendEvents(tx, ctx, {}, [
      {
        type: 'webhook_endpoint.created',
        subject: { type: 'webhook_endpoint', id: row.id },
        data: {
          url,
          description: row.description,
          event_types: row.eventTypes,
          organization_ids: input.organization_ids ?? null,
          enabled: row.enabled,
          ordered: row.ordered,
          contact_email: row.contactEmail
        }
      }
    ])
    return { row, secret }
  })
}

function newRow({ now }: OperatorContext, input: WebhookEndpointCreate) {
  return {
    id: newId('whe'),
    url: input.url,
    description: input.description ?? null,
    eventTypes: input.event_types,
    typePatterns: toLikePatterns(input.event_types),
    enabled: input.enabled,
    ordered: input.ordered,
    contactEmail: input.contact_email ?? null,
    previousSecret: null,
    previousSecretUntil: null,
    disabledAt: input.enabled ? null : now,
    disabledReason: input.enabled ? null : ('manual' as const),
    failingSince: null,
    failures: 0,
    pausedUntil: null,
    createdAt: now,
    updatedAt: now
  }
}
