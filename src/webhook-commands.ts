import type { Config } from './config.js'
import type { OperatorContext } from './context.js'
import type { WebhookEndpointRow } from './db/tables/webhooks.js'
import type { Deps } from './deps.js'
import { Problem, StartupError } from './errors.js'
import {
  type EndpointStanding,
  listEndpointStandings
} from './features/webhooks/list-endpoint-standings.js'
import { type LastAttempt, listLastAttempts } from './features/webhooks/list-last-attempts.js'
import { recoverWebhookDeliveries } from './features/webhooks/recover-webhook-deliveries.js'
import { testWebhookEndpoint } from './features/webhooks/test-webhook-endpoint.js'
import { updateWebhookEndpoint } from './features/webhooks/update-webhook-endpoint.js'
import { idPattern, uuidToId } from './ids.js'
import { operatorContext, print, visit } from './visit.js'

const ID = new RegExp(idPattern('whe'))
/** As the API takes it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/
/** 100,000 deliveries: whoever has lost more asks again. */
const RECOVERIES_MAX = 10

/** Prints every endpoint, and how it does. */
export async function listWebhooks(config: Config): Promise<void> {
  await visit(config, async ({ deps }) => {
    const standings = await listEndpointStandings(deps)
    print(standings.map(toLine))
  })
}

/** Prints one endpoint, and what became of the last deliveries; never its secret. */
export async function showWebhook(config: Config, id: string): Promise<void> {
  await onEndpoint(config, 'show', id, async (deps) => {
    const standings = await listEndpointStandings(deps)
    const standing = standings.find((one) => one.id === id)
    if (!standing) throw noSuchEndpoint(id)
    const attempts = await listLastAttempts(deps.db, id)
    print([...describe(standing), ...attempts.map(toAttemptLine)])
  })
}

export async function enableWebhook(config: Config, id: string): Promise<void> {
  await onEndpoint(config, 'enable', id, async (deps, ctx) => {
    const { url } = await updateWebhookEndpoint(deps, ctx, id, { enabled: true })
    print([`${id} (${url}) is enabled.`])
  })
}

/** What is waiting for it is discarded. */
export async function disableWebhook(config: Config, id: string): Promise<void> {
  await onEndpoint(config, 'disable', id, async (deps, ctx) => {
    const { url } = await updateWebhookEndpoint(deps, ctx, id, { enabled: false })
    print([`${id} (${url}) is disabled.`])
  })
}

/** Has everything sent again that an endpoint has missed since an instant. */
export async function recoverWebhook(
  config: Config,
  id: string,
  text: string | undefined
): Promise<void> {
  const since = new Date(text ?? '')
  if (!INSTANT.test(text ?? '') || Number.isNaN(since.getTime())) {
    throw new StartupError(
      'webhooks recover needs --since: an instant such as 2030-01-31T09:30:00Z'
    )
  }
  await onEndpoint(config, 'recover', id, async (deps, ctx) => {
    let count = 0
    for (let call = 0; call < RECOVERIES_MAX; call += 1) {
      const { recovered, hasMore } = await recoverWebhookDeliveries(deps, ctx, id, since)
      count += recovered
      if (!hasMore) break
    }
    print([`Sent again: ${count}.`])
  })
}

export async function testWebhook(config: Config, id: string): Promise<void> {
  await onEndpoint(config, 'test', id, async (deps, ctx) => {
    const { id: delivery } = await testWebhookEndpoint(deps, ctx, id)
    print([`${delivery} is sent. See what becomes of it by: muster webhooks show ${id}`])
  })
}

async function onEndpoint(
  config: Config,
  verb: string,
  id: string,
  work: (deps: Deps, ctx: OperatorContext) => Promise<void>
): Promise<void> {
  if (!ID.test(id)) throw new StartupError(`webhooks ${verb} takes an id: whe_…`)
  await visit(config, async ({ deps }) => {
    try {
      await work(deps, operatorContext(deps))
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      const isMissing = error.definition.code === 'not_found'
      throw isMissing ? noSuchEndpoint(id) : new StartupError(error.message)
    }
  })
}

const noSuchEndpoint = (id: string) => new StartupError(`There is no webhook endpoint ${id}.`)

const stateOf = ({ disabledReason }: WebhookEndpointRow) => disabledReason ?? 'enabled'
const orNone = (instant: Date | null) => instant?.toISOString() ?? '-'

const toLine = (row: EndpointStanding): string =>
  [
    row.id,
    stateOf(row).padEnd('enabled'.length),
    `failing since ${orNone(row.failingSince)}`,
    `${row.pending} pending`,
    `${row.failed} failed in a day`,
    row.url
  ].join('  ')

function describe(row: EndpointStanding): string[] {
  const organizations = row.organizationIds?.map((uuid) => uuidToId('org', uuid)).join(', ')
  const lines = {
    id: row.id,
    url: row.url,
    description: row.description ?? '-',
    events: row.eventTypes.join(', '),
    organizations: organizations ?? 'all',
    ordered: row.ordered ? 'yes' : 'no',
    contact: row.contactEmail ?? '-',
    state: stateOf(row),
    'disabled at': orNone(row.disabledAt),
    'failing since': orNone(row.failingSince),
    'paused until': orNone(row.pausedUntil),
    pending: String(row.pending),
    'failed in a day': String(row.failed)
  }
  return Object.entries(lines).map(([name, value]) => `${`${name}:`.padEnd(18)}${value}`)
}

const toAttemptLine = (last: LastAttempt): string =>
  [
    last.deliveryId,
    last.status.padEnd('delivered'.length),
    last.eventType,
    last.attemptedAt === null
      ? 'not tried yet'
      : `${last.attemptedAt} ${last.statusCode ?? last.error} ${last.latencyMs} ms`
  ].join('  ')
