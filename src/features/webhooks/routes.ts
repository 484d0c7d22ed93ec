import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { KeyContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { keyContext, wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, created, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ref } from '../../schemas.js'
import { createWebhookEndpoint, type WithSecret } from './create-webhook-endpoint.js'
import { deleteWebhookEndpoint } from './delete-webhook-endpoint.js'
import { listWebhookEndpoints } from './list-webhook-endpoints.js'
import { rotateWebhookSecret } from './rotate-webhook-secret.js'
import {
  EndpointParams,
  toWebhookEndpoint,
  WebhookEndpointCreate,
  WebhookEndpointSchema,
  WebhookEndpointUpdate,
  WebhookEndpointWithSecret
} from './schemas.js'
import { webhookEndpointSingle } from './single-webhook-endpoint.js'
import { updateWebhookEndpoint } from './update-webhook-endpoint.js'

const tags = ['Webhooks']
const read = { class: 'operator', scope: 'webhooks:read' } as const
const write = { class: 'operator', scope: 'webhooks:write' } as const

export const webhookEndpointRoutes: Routes = async (app, { deps }) => {
  app.addSchema(WebhookEndpointSchema)
  app.addSchema(WebhookEndpointWithSecret)

  createRoute(app, deps)
  listRoute(app, deps)
  getRoute(app, deps)
  updateRoute(app, deps)
  deleteRoute(app, deps)
  rotateSecretRoute(app, deps)
}

/** An endpoint of all organizations is for keys of the whole deployment. */
function contextFor(request: FastifyRequest, organizationIds: unknown): KeyContext {
  return organizationIds === null ? wholeDeployment(request) : keyContext(request)
}

const withSecret = ({ row, secret }: WithSecret, { now }: KeyContext) => ({
  ...toWebhookEndpoint(row, now),
  secret
})

function createRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/webhook-endpoints',
    {
      config: { access: write },
      schema: {
        operationId: 'createWebhookEndpoint',
        summary: 'Have events sent to an address of yours',
        description:
          'Each event is sent by a POST, signed as Standard Webhooks says; its secret is shown this ' +
          'once. Whatever does not answer 2xx is tried again after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h ' +
          'and 10 h. The same event may arrive twice: `webhook-id` is its id. A key that is limited ' +
          'to organizations must name those of its own.',
        tags,
        body: WebhookEndpointCreate,
        response: { 201: ref(WebhookEndpointWithSecret) }
      }
    },
    async (request, reply) => {
      const ctx = contextFor(request, request.body.organization_ids ?? null)
      return answerOnce(deps, request, reply, {
        run: (answer) => createWebhookEndpoint(deps, { ...ctx, ...answer }, request.body),
        toAnswer: (made) => created(withSecret(made, ctx))
      })
    }
  )
}

function listRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/webhook-endpoints',
    {
      config: { access: read },
      schema: {
        operationId: 'listWebhookEndpoints',
        summary: 'List webhook endpoints',
        tags,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Page(WebhookEndpointSchema) }
      }
    },
    async (request) => {
      const ctx = keyContext(request)
      const page = await listWebhookEndpoints(deps, ctx, readPage('whe', request.query))
      return toPage(page, request.query.limit, (row) => toWebhookEndpoint(row, ctx.now))
    }
  )
}

function getRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/webhook-endpoints/:webhook_endpoint_id',
    {
      config: { access: read, single: webhookEndpointSingle },
      schema: {
        operationId: 'getWebhookEndpoint',
        summary: 'Get a webhook endpoint, without its secret',
        tags,
        params: EndpointParams,
        response: { 200: ref(WebhookEndpointSchema) }
      }
    },
    async (request) =>
      webhookEndpointSingle.tell({
        deps,
        db: deps.db,
        ctx: keyContext(request),
        params: request.params
      })
  )
}

function updateRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/webhook-endpoints/:webhook_endpoint_id',
    {
      config: { access: write, single: webhookEndpointSingle },
      schema: {
        operationId: 'updateWebhookEndpoint',
        summary: 'Change a webhook endpoint, disable it, or enable it again',
        description:
          'Other types and organizations concern what happens from now on. Disabling discards what ' +
          'is still to be sent (`POST …/recover` brings it back).',
        tags,
        params: EndpointParams,
        body: WebhookEndpointUpdate,
        response: { 200: ref(WebhookEndpointSchema) }
      }
    },
    async (request) => {
      const { params, body } = request
      const ctx = contextFor(request, body.organization_ids)
      const row = await updateWebhookEndpoint(deps, ctx, params.webhook_endpoint_id, body)
      return toWebhookEndpoint(row, ctx.now)
    }
  )
}

function deleteRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/webhook-endpoints/:webhook_endpoint_id',
    {
      config: { access: write, single: webhookEndpointSingle },
      schema: {
        operationId: 'deleteWebhookEndpoint',
        summary: 'Delete a webhook endpoint, with its deliveries',
        tags,
        params: EndpointParams,
        response: { 200: ref(WebhookEndpointSchema) }
      }
    },
    async (request) => {
      const ctx = keyContext(request)
      const row = await deleteWebhookEndpoint(deps, ctx, request.params.webhook_endpoint_id)
      return toWebhookEndpoint(row, ctx.now)
    }
  )
}

function rotateSecretRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/webhook-endpoints/:webhook_endpoint_id/rotate-secret',
    {
      config: { access: write, single: webhookEndpointSingle },
      schema: {
        operationId: 'rotateWebhookSecret',
        summary: 'Give a webhook endpoint another secret, shown this once',
        description:
          'For 24 hours the one before signs as well, so a delivery has two signatures: change yours ' +
          'within that time. Rotating again meanwhile ends the one before at once.',
        tags,
        params: EndpointParams,
        response: { 200: ref(WebhookEndpointWithSecret) }
      }
    },
    async (request, reply) => {
      const ctx = keyContext(request)
      const { webhook_endpoint_id: id } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) => rotateWebhookSecret(deps, { ...ctx, ...answer }, id),
        toAnswer: (rotated) => ok(withSecret(rotated, ctx))
      })
    }
  )
}
