import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { keyContext, wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, created, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { Id, ref } from '../../schemas.js'
import { createApiKey } from './create-api-key.js'
import { getApiKey } from './get-api-key.js'
import { listApiKeys } from './list-api-keys.js'
import { revokeApiKey } from './revoke-api-key.js'
import { rotateApiKey } from './rotate-api-key.js'
import {
  ApiKeyCreate,
  ApiKeyRotate,
  ApiKeySchema,
  ApiKeyUpdate,
  ApiKeyWithSecret,
  toApiKey,
  toApiKeyWithSecret
} from './schemas.js'
import { apiKeySingle } from './single-api-key.js'
import { updateApiKey } from './update-api-key.js'

const tags = ['API keys']
const Params = Type.Object({ api_key_id: Id('key') })

export const apiKeyRoutes: Routes = async (app, { deps }) => {
  app.addSchema(ApiKeySchema)
  app.addSchema(ApiKeyWithSecret)

  createApiKeyRoute(app, deps)
  listApiKeysRoute(app, deps)
  getApiKeyRoute(app, deps)
  updateApiKeyRoute(app, deps)
  rotateApiKeyRoute(app, deps)
  revokeApiKeyRoute(app, deps)
}

function createApiKeyRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/api-keys',
    {
      config: { access: { class: 'operator', scope: 'api-keys:write' } },
      schema: {
        operationId: 'createApiKey',
        summary: 'Create an API key; its value is shown this once',
        tags,
        body: ApiKeyCreate,
        response: { 201: ref(ApiKeyWithSecret) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) => createApiKey(deps, { ...keyContext(request), ...answer }, request.body),
        toAnswer: (made) => created(toApiKeyWithSecret(made, keyContext(request).now))
      })
  )
}

function listApiKeysRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/api-keys',
    {
      config: { access: { class: 'operator', scope: 'api-keys:read' } },
      schema: {
        operationId: 'listApiKeys',
        summary: 'List API keys',
        tags,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Page(ApiKeySchema) }
      }
    },
    async (request) => {
      const { now } = wholeDeployment(request)
      const page = await listApiKeys(deps, readPage('key', request.query))
      return toPage(page, request.query.limit, (row) => toApiKey(row, now))
    }
  )
}

function getApiKeyRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/api-keys/:api_key_id',
    {
      config: { access: { class: 'operator', scope: 'api-keys:read' }, single: apiKeySingle },
      schema: {
        operationId: 'getApiKey',
        summary: 'Get an API key, without its value',
        tags,
        params: Params,
        response: { 200: ref(ApiKeySchema) }
      }
    },
    async (request) => {
      const { now } = wholeDeployment(request)
      return toApiKey(await getApiKey(deps.db, request.params.api_key_id), now)
    }
  )
}

function revokeApiKeyRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/api-keys/:api_key_id',
    {
      config: { access: { class: 'operator', scope: 'api-keys:write' }, single: apiKeySingle },
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key at once',
        tags,
        params: Params,
        response: { 200: ref(ApiKeySchema) }
      }
    },
    async (request) => {
      const ctx = wholeDeployment(request)
      return toApiKey(await revokeApiKey(deps, ctx, request.params.api_key_id), ctx.now)
    }
  )
}

function updateApiKeyRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/api-keys/:api_key_id',
    {
      config: { access: { class: 'operator', scope: 'api-keys:write' }, single: apiKeySingle },
      schema: {
        operationId: 'updateApiKey',
        summary: 'Change what an API key may do',
        description:
          'From the next request on. Whatever makes it narrower is taken; wider is made only what you ' +
          'could make yourself: the key must then be one that yours could have created.',
        tags,
        params: Params,
        body: ApiKeyUpdate,
        response: { 200: ref(ApiKeySchema) }
      }
    },
    async (request) => {
      const ctx = wholeDeployment(request)
      const { api_key_id: id } = request.params
      return toApiKey(await updateApiKey(deps, ctx, id, request.body), ctx.now)
    }
  )
}

function rotateApiKeyRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/api-keys/:api_key_id/rotate',
    {
      config: { access: { class: 'operator', scope: 'api-keys:write' }, single: apiKeySingle },
      schema: {
        operationId: 'rotateApiKey',
        summary: 'Give an API key another value, which is shown this once',
        description:
          'The value before goes on to work for `overlap_seconds`, so that nothing has to be switched ' +
          'at once; one from before that ends now. With `0` the one before ends now too: do so where it ' +
          'may be known to others. You cannot rotate a key that may do more than yours.',
        tags,
        params: Params,
        body: ApiKeyRotate,
        response: { 200: ref(ApiKeyWithSecret) }
      }
    },
    async (request, reply) => {
      const { now } = wholeDeployment(request)
      const { api_key_id: id } = request.params
      const { overlap_seconds: seconds } = request.body
      return answerOnce(deps, request, reply, {
        run: (answer) => rotateApiKey(deps, { ...keyContext(request), ...answer }, id, seconds),
        toAnswer: (rotated) => ok(toApiKeyWithSecret(rotated, now))
      })
    }
  )
}
