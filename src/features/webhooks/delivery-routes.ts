import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { keyContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ref } from '../../schemas.js'
import { EventSchema, toEvent } from '../events/schemas.js'
import {
  DeliveryFilter,
  DeliveryParams,
  toAttempt,
  toWebhookDelivery,
  WebhookDeliverySchema,
  WebhookDeliveryWithAttempts
} from './delivery-schemas.js'
import { getWebhookDelivery } from './get-webhook-delivery.js'
import { listWebhookDeliveries } from './list-webhook-deliveries.js'
import { recoverWebhookDeliveries } from './recover-webhook-deliveries.js'
import { redeliverWebhookDelivery } from './redeliver-webhook-delivery.js'
import { EndpointParams, Recovery, RecoveryAnswer, WebhookEndpointSchema } from './schemas.js'
import { webhookEndpointSingle } from './single-webhook-endpoint.js'
import { testWebhookEndpoint } from './test-webhook-endpoint.js'

const tags = ['Webhooks']
const read = { class: 'operator', scope: 'webhooks:read' } as const
const write = { class: 'operator', scope: 'webhooks:write' } as const
const accepted = <B>(body: B) => ({ status: 202 as const, body })

export const webhookDeliveryRoutes: Routes = async (app, { deps }) => {
  app.addSchema(EventSchema)
  app.addSchema(WebhookEndpointSchema)
  app.addSchema(WebhookDeliverySchema)
  app.addSchema(WebhookDeliveryWithAttempts)

  testRoute(app, deps)
  listRoute(app, deps)
  getRoute(app, deps)
  redeliverRoute(app, deps)
  recoverRoute(app, deps)
}

function testRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/webhook-endpoints/:webhook_endpoint_id/test',
    {
      config: { access: write, single: webhookEndpointSingle },
      schema: {
        operationId: 'testWebhookEndpoint',
        summary: 'Send a test event to a webhook endpoint',
        description:
          'A `webhook_endpoint.tested`, to this one alone and whatever its types are. Read the ' +
          'delivery to see what became of it.',
        tags,
        params: EndpointParams,
        response: { 202: ref(WebhookDeliverySchema) }
      }
    },
    async (request, reply) => {
      const ctx = keyContext(request)
      const { webhook_endpoint_id: id } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) => testWebhookEndpoint(deps, { ...ctx, ...answer }, id),
        toAnswer: (row) => accepted(toWebhookDelivery(row))
      })
    }
  )
}

const instantOf = (text: string | undefined) => (text === undefined ? undefined : new Date(text))

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/webhook-endpoints/:webhook_endpoint_id/deliveries',
    {
      config: { access: read },
      schema: {
        operationId: 'listWebhookDeliveries',
        summary: 'List what was and is to be sent to a webhook endpoint, newest first',
        description: 'What has ended is kept for 30 days.',
        tags,
        params: EndpointParams,
        querystring: Type.Object(
          { ...PageQuery, ...DeliveryFilter },
          { additionalProperties: false }
        ),
        response: { 200: Page(WebhookDeliverySchema) }
      }
    },
    async (request) => {
      const { webhook_endpoint_id: endpointId } = request.params
      const { query } = request
      const filter = {
        endpointId,
        status: query.status,
        eventType: query.event_type,
        eventId: query.event_id,
        organizationId: query.organization_id,
        from: instantOf(query.from),
        to: instantOf(query.to)
      }
      const asked = readPage('dlv', query)
      const page = await listWebhookDeliveries(deps, keyContext(request), filter, asked)
      return toPage(page, query.limit, toWebhookDelivery)
    }
  )
}

function getRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/webhook-endpoints/:webhook_endpoint_id/deliveries/:delivery_id',
    {
      config: { access: read },
      schema: {
        operationId: 'getWebhookDelivery',
        summary: 'Get a delivery: what is sent, and what was answered',
        tags,
        params: DeliveryParams,
        response: { 200: ref(WebhookDeliveryWithAttempts) }
      }
    },
    async (request) => {
      const { webhook_endpoint_id: endpointId, delivery_id: id } = request.params
      const name = { endpointId, id }
      const details = await getWebhookDelivery(deps, keyContext(request), name)
      const { row, url, event, attempts } = details
      return {
        ...toWebhookDelivery(row),
        request: { url, body: event ? toEvent(event) : null },
        attempts: attempts.map(toAttempt)
      }
    }
  )
}

function redeliverRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/webhook-endpoints/:webhook_endpoint_id/deliveries/:delivery_id/redeliver',
    {
      config: { access: write },
      schema: {
        operationId: 'redeliverWebhookDelivery',
        summary: 'Send an event to a webhook endpoint again',
        description:
          'Also one that got through, with the same `webhook-id`. Of a pending one it is 409 ' +
          '`delivery_pending`; where the event is past its retention 410 `delivery_event_gone`.',
        tags,
        params: DeliveryParams,
        response: { 202: ref(WebhookDeliverySchema) }
      }
    },
    async (request, reply) => {
      const ctx = keyContext(request)
      const { webhook_endpoint_id: endpointId, delivery_id: id } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) => redeliverWebhookDelivery(deps, { ...ctx, ...answer }, { endpointId, id }),
        toAnswer: (row) => accepted(toWebhookDelivery(row))
      })
    }
  )
}

function recoverRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/webhook-endpoints/:webhook_endpoint_id/recover',
    {
      config: { access: write, single: webhookEndpointSingle },
      schema: {
        operationId: 'recoverWebhookDeliveries',
        summary: 'Send a webhook endpoint everything that it has missed since an instant',
        description:
          'What has failed for good, and what was discarded while it was disabled, the oldest first. ' +
          'What is pending already is left as it is, so asking twice sends nothing twice.',
        tags,
        params: EndpointParams,
        body: Recovery,
        response: { 200: RecoveryAnswer }
      }
    },
    async (request, reply) => {
      const ctx = keyContext(request)
      const { webhook_endpoint_id: id } = request.params
      const since = new Date(request.body.since)
      return answerOnce(deps, request, reply, {
        run: (answer) => recoverWebhookDeliveries(deps, { ...ctx, ...answer }, id, since),
        toAnswer: ({ recovered, hasMore }) => ok({ recovered, has_more: hasMore })
      })
    }
  )
}
