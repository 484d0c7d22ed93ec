import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, created, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ExternalId, Id, OrganizationParams, ref } from '../../schemas.js'
import { createResource } from './create-resource.js'
import { deleteResource } from './delete-resource.js'
import { fulfillResource } from './fulfill-resource.js'
import { listResources } from './list-resources.js'
import {
  KindKey,
  ResourceCreate,
  ResourceFulfill,
  ResourceParams,
  ResourceSchema,
  ResourceStatusSchema,
  ResourceUpdate,
  toResource
} from './schemas.js'
import { resourceSingle } from './single-resource.js'
import { updateResource } from './update-resource.js'

const tags = ['Resources']
const read = { class: 'tenant', scope: 'resources:read', permission: 'resource.view' } as const
const write = { class: 'tenant', scope: 'resources:write', permission: 'resource.manage' } as const

export const resourceRoutes: Routes = async (app, { deps }) => {
  app.addSchema(ResourceSchema)

  createResourceRoute(app, deps)
  listResourcesRoute(app, deps)
  getResourceRoute(app, deps)
  updateResourceRoute(app, deps)
  deleteResourceRoute(app, deps)
  fulfillResourceRoute(app, deps)
}

function createResourceRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/resources',
    {
      config: { access: { ...write, keyOnly: true } },
      schema: {
        operationId: 'createResource',
        summary: 'Register something of yours that members can be given: a number, a workspace',
        description: 'An organization has 100,000 at most.',
        tags,
        params: OrganizationParams,
        body: ResourceCreate,
        response: { 201: ref(ResourceSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => createResource(deps, { ...ctx, ...answer }, request.body),
        toAnswer: (row) => created(toResource(row, ctx))
      })
    }
  )
}

const ListQuery = Type.Object(
  {
    ...PageQuery,
    kind: Type.Optional(KindKey),
    status: Type.Optional(ResourceStatusSchema),
    external_id: Type.Optional(ExternalId),
    q: Type.Optional(
      Type.String({ minLength: 1, maxLength: 200, description: 'A fragment of the name.' })
    ),
    owner_id: Type.Optional(Id('mem')),
    member_id: Type.Optional({ ...Id('mem'), description: 'Who has it, by a group too.' }),
    group_id: Type.Optional(Id('grp')),
    unassigned: Type.Boolean({ default: false, description: 'Only what nobody has.' })
  },
  { additionalProperties: false }
)

function listResourcesRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/resources',
    {
      config: { access: read },
      schema: {
        operationId: 'listResources',
        summary: 'List resources, each with how many members have it',
        description:
          'A member with `resource.view:assigned` alone sees what they have, by a group too, or own; ' +
          'of what others have they are told nothing.',
        tags,
        params: OrganizationParams,
        querystring: ListQuery,
        response: { 200: Page(ResourceSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const {
        external_id: externalId,
        owner_id: ownerId,
        member_id: memberId,
        group_id: groupId,
        ...query
      } = request.query
      const filter = { ...query, externalId, ownerId, memberId, groupId }
      const page = await listResources(deps, ctx, filter, readPage('res', query))
      return toPage(page, query.limit, (row) => toResource(row, ctx))
    }
  )
}

function getResourceRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/resources/:resource_id',
    {
      config: { access: read, single: resourceSingle },
      schema: {
        operationId: 'getResource',
        summary: 'Get a resource',
        tags,
        params: ResourceParams,
        response: { 200: ref(ResourceSchema) }
      }
    },
    async (request) => tellSingle(deps, request, resourceSingle)
  )
}

function updateResourceRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id/resources/:resource_id',
    {
      config: { access: { ...write, permission: 'resource.settings' }, single: resourceSingle },
      schema: {
        operationId: 'updateResource',
        summary: 'Change the fields that are given',
        description: 'With `resource.settings:own` alone: of those that the acting member owns.',
        tags,
        params: ResourceParams,
        body: ResourceUpdate,
        response: { 200: ref(ResourceSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toResource(
        await updateResource(deps, ctx, request.params.resource_id, request.body),
        ctx
      )
    }
  )
}

function deleteResourceRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/resources/:resource_id',
    {
      config: { access: write, single: resourceSingle },
      schema: {
        operationId: 'deleteResource',
        summary: 'Delete a resource: nobody has it or owns it any more',
        description:
          'One event for each grant, then its own. What more than 10,000 members have themselves is ' +
          '409 `resource_held_by_many`: revoke grants first.',
        tags,
        params: ResourceParams,
        response: { 200: ref(ResourceSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toResource(await deleteResource(deps, ctx, request.params.resource_id), ctx)
    }
  )
}

function fulfillResourceRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/resources/:resource_id/fulfill',
    {
      config: { access: { ...write, keyOnly: true }, single: resourceSingle },
      schema: {
        operationId: 'fulfillResource',
        summary: 'Say that a new one which somebody asked for is there',
        description:
          '`resource.requested` has told of it. Said again with the same `external_id` it answers ' +
          'the same; with another it is 409 `resource_fulfilled`.',
        tags,
        params: ResourceParams,
        body: ResourceFulfill,
        response: { 200: ref(ResourceSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { resource_id: id } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) => fulfillResource(deps, { ...ctx, ...answer }, id, request.body),
        toAnswer: (row) => ok(toResource(row, ctx))
      })
    }
  )
}
