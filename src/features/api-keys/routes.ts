import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { keyContext, wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, created } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { Id, ref } from '../../schemas.js'
import { createApiKey } from './create-api-key.js'
import { getApiKey } from './get-api-key.js'
import { listApiKeys } from './list-api-keys.js'
import { revokeApiKey } from './revoke-api-key.js'
import { ApiKeyCreate, ApiKeySchema, ApiKeyWithSecret, toApiKey } from './schemas.js'

const tags = ['API keys']
const Params = Type.Object({ api_key_id: Id('key') })

export const apiKeyRoutes: Routes = async (app, { deps }) => {
  app.addSchema(ApiKeySchema)
  app.addSchema(ApiKeyWithSecret)

  createApiKeyRoute(app, deps)
  listApiKeysRoute(app, deps)
  getApiKeyRoute(app, deps)
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
        toAnswer: ({ row, token }) => created({ ...toApiKey(row), api_key: token })
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
      wholeDeployment(request)
      const page = await listApiKeys(deps, readPage('key', request.query))
      return toPage(page, request.query.limit, toApiKey)
    }
  )
}

function getApiKeyRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/api-keys/:api_key_id',
    {
      config: { access: { class: 'operator', scope: 'api-keys:read' } },
      schema: {
        operationId: 'getApiKey',
        summary: 'Get an API key, without its value',
        tags,
        params: Params,
        response: { 200: ref(ApiKeySchema) }
      }
    },
    async (request) => {
      wholeDeployment(request)
      return toApiKey(await getApiKey(deps.db, request.params.api_key_id))
    }
  )
}

function revokeApiKeyRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/api-keys/:api_key_id',
    {
      config: { access: { class: 'operator', scope: 'api-keys:write' } },
      schema: {
        operationId: 'revokeApiKey',
        summary: 'Revoke an API key at once',
        tags,
        params: Params,
        response: { 200: ref(ApiKeySchema) }
      }
    },
    async (request) =>
      toApiKey(await revokeApiKey(deps, wholeDeployment(request), request.params.api_key_id))
  )
}
