import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ref } from '../../schemas.js'
import { addOwner } from './add-owner.js'
import { listOwners } from './list-owners.js'
import { removeOwner } from './remove-owner.js'
import {
  OwnerSchema,
  ResourceMemberParams,
  ResourceParams,
  ResourceSchema,
  toOwner,
  toResource
} from './schemas.js'
import { resourceSingle } from './single-resource.js'

const tags = ['Resources']
const read = { class: 'tenant', scope: 'resources:read', permission: 'resource.view' } as const
const write = { class: 'tenant', scope: 'resources:write', permission: 'resource.manage' } as const
const OWNERS = '/v1/organizations/:organization_id/resources/:resource_id/owners'

export const resourceOwnerRoutes: Routes = async (app, { deps }) => {
  app.addSchema(ResourceSchema)
  app.addSchema(OwnerSchema)

  listOwnersRoute(app, deps)
  addOwnerRoute(app, deps)
  removeOwnerRoute(app, deps)
}

function listOwnersRoute(app: App, deps: Deps): void {
  app.get(
    OWNERS,
    {
      config: { access: read },
      schema: {
        operationId: 'listResourceOwners',
        summary: 'List who owns a resource',
        tags,
        params: ResourceParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Page(OwnerSchema) }
      }
    },
    async (request) => {
      const { query, params } = request
      const wanted = readPage('mem', query)
      const page = await listOwners(deps, orgContext(request), params.resource_id, wanted)
      return toPage(page, query.limit, toOwner)
    }
  )
}

function addOwnerRoute(app: App, deps: Deps): void {
  app.put(
    `${OWNERS}/:member_id`,
    {
      config: { access: write, single: resourceSingle },
      schema: {
        operationId: 'addResourceOwner',
        summary: 'Make a member an owner of a resource, which they rule whatever their role',
        description:
          'The invited too. What owners may their roles say: `resource.assign:own`, ' +
          '`resource.settings:own`, `resource.manage:own`. Owning is not having: it gives no access ' +
          'by itself. A resource has 100 owners at most.',
        tags,
        params: ResourceMemberParams,
        response: { 200: ref(OwnerSchema) }
      }
    },
    async (request) => {
      const { resource_id: resourceId, member_id: memberId } = request.params
      return toOwner(await addOwner(deps, orgContext(request), { resourceId, memberId }))
    }
  )
}

function removeOwnerRoute(app: App, deps: Deps): void {
  app.delete(
    `${OWNERS}/:member_id`,
    {
      config: { access: write, single: resourceSingle },
      schema: {
        operationId: 'removeResourceOwner',
        summary: 'End that a member owns a resource',
        tags,
        params: ResourceMemberParams,
        response: { 200: ref(ResourceSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { resource_id: resourceId, member_id: memberId } = request.params
      return toResource(await removeOwner(deps, ctx, { resourceId, memberId }), ctx)
    }
  )
}
