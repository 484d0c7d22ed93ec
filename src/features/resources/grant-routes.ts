import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { Page, PageQuery, readPage, readPageOf, toPage } from '../../http/pagination.js'
import { idPattern } from '../../ids.js'
import { Id, OrganizationParams, ref } from '../../schemas.js'
import { listGrants } from './list-grants.js'
import { listMemberResources } from './list-member-resources.js'
import { putGrant } from './put-grant.js'
import { putGroupGrant } from './put-group-grant.js'
import { revokeGrant } from './revoke-grant.js'
import { revokeGroupGrant } from './revoke-group-grant.js'
import {
  GrantPut,
  GrantSchema,
  HeldResourceSchema,
  ResourceGroupParams,
  ResourceMemberParams,
  ResourceParams,
  ResourceSchema,
  toGrant,
  toHeldResource,
  toResource
} from './schemas.js'
import { resourceSingle } from './single-resource.js'

const tags = ['Resources']
const read = { class: 'tenant', scope: 'resources:read', permission: 'resource.view' } as const
const write = { class: 'tenant', scope: 'resources:write', permission: 'resource.assign' } as const
const HOLDER = `${idPattern('mem')}|${idPattern('grp')}`
const GRANT = '/v1/organizations/:organization_id/resources/:resource_id/grants'
const GROUP_GRANT = '/v1/organizations/:organization_id/resources/:resource_id/group-grants'

export const resourceGrantRoutes: Routes = async (app, { deps }) => {
  app.addSchema(ResourceSchema)
  app.addSchema(GrantSchema)
  app.addSchema(HeldResourceSchema)

  listGrantsRoute(app, deps)
  putGrantRoute(app, deps)
  revokeGrantRoute(app, deps)
  putGroupGrantRoute(app, deps)
  revokeGroupGrantRoute(app, deps)
  listMemberResourcesRoute(app, deps)
}

function listGrantsRoute(app: App, deps: Deps): void {
  app.get(
    GRANT,
    {
      config: { access: read },
      schema: {
        operationId: 'listResourceGrants',
        summary: 'List who has a resource: groups, then members, the invited included',
        description:
          'A member with `resource.view:assigned` alone who does not own it is told of themselves ' +
          'and of their groups.',
        tags,
        params: ResourceParams,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Page(GrantSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { query } = request
      const wanted = readPageOf(HOLDER, query)
      const page = await listGrants(deps, ctx, request.params.resource_id, wanted)
      return toPage(page, query.limit, (row) => toGrant(row, ctx))
    }
  )
}

function putGrantRoute(app: App, deps: Deps): void {
  app.put(
    `${GRANT}/:member_id`,
    {
      config: { access: write, single: resourceSingle },
      schema: {
        operationId: 'putResourceGrant',
        summary: 'Give a member a resource, or the same in another mode',
        description:
          'The invited too, who have it from the acceptance on. With `resource.assign:own` alone: ' +
          'those that the acting member owns. Who has one exclusively has it alone: 409 ' +
          '`resource_held`.',
        tags,
        params: ResourceMemberParams,
        body: GrantPut,
        response: { 200: ref(GrantSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { resource_id: resourceId, member_id: memberId } = request.params
      const { mode } = request.body
      return toGrant(await putGrant(deps, ctx, { resourceId, memberId, mode }), ctx)
    }
  )
}

function revokeGrantRoute(app: App, deps: Deps): void {
  app.delete(
    `${GRANT}/:member_id`,
    {
      config: { access: write, single: resourceSingle },
      schema: {
        operationId: 'revokeResourceGrant',
        summary: 'Take a resource from a member',
        description:
          'What they have by a group they keep. One that you were to make, and nobody waits for any ' +
          'more, is deleted.',
        tags,
        params: ResourceMemberParams,
        response: { 200: ref(ResourceSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { resource_id: resourceId, member_id: memberId } = request.params
      return toResource(await revokeGrant(deps, ctx, { resourceId, memberId }), ctx)
    }
  )
}

function putGroupGrantRoute(app: App, deps: Deps): void {
  app.put(
    `${GROUP_GRANT}/:group_id`,
    {
      config: { access: write, single: resourceSingle },
      schema: {
        operationId: 'putResourceGroupGrant',
        summary: 'Give everybody in a group a resource, or the same in another mode',
        description:
          'Whoever comes into the group has it too, and whoever leaves it has it no more. No mode ' +
          'that is exclusive; not charged to any seat. A group has 1,000 at most.',
        tags,
        params: ResourceGroupParams,
        body: GrantPut,
        response: { 200: ref(GrantSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { resource_id: resourceId, group_id: groupId } = request.params
      const { mode } = request.body
      return toGrant(await putGroupGrant(deps, ctx, { resourceId, groupId, mode }), ctx)
    }
  )
}

function revokeGroupGrantRoute(app: App, deps: Deps): void {
  app.delete(
    `${GROUP_GRANT}/:group_id`,
    {
      config: { access: write, single: resourceSingle },
      schema: {
        operationId: 'revokeResourceGroupGrant',
        summary: 'Take a resource from a group; what members of it have themselves they keep',
        tags,
        params: ResourceGroupParams,
        response: { 200: ref(ResourceSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { resource_id: resourceId, group_id: groupId } = request.params
      return toResource(await revokeGroupGrant(deps, ctx, { resourceId, groupId }), ctx)
    }
  )
}

function listMemberResourcesRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/members/:member_id/resources',
    {
      config: { access: read },
      schema: {
        operationId: 'listMemberResources',
        summary: 'List what a member has, in every way in which they have it, or owns',
        description: 'A member with `resource.view:assigned` alone is told of themselves.',
        tags,
        params: Type.Object({ ...OrganizationParams.properties, member_id: Id('mem') }),
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Page(HeldResourceSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { query, params } = request
      const page = await listMemberResources(deps, ctx, params.member_id, readPage('res', query))
      return toPage(page, query.limit, (held) => toHeldResource(held, ctx))
    }
  )
}
