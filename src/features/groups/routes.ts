import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, created } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ExternalId, Id, OrganizationParams, ref } from '../../schemas.js'
import { addGroupMember } from './add-group-member.js'
import { createGroup } from './create-group.js'
import { deleteGroup } from './delete-group.js'
import { listGroups } from './list-groups.js'
import { putGroupMembers } from './put-group-members.js'
import { removeGroupMember } from './remove-group-member.js'
import {
  GroupCreate,
  GroupMembersPut,
  GroupParams,
  GroupSchema,
  GroupUpdate,
  MembershipParams,
  toGroup
} from './schemas.js'
import { groupSingle } from './single-group.js'
import { updateGroup } from './update-group.js'

const tags = ['Groups']
const read = { class: 'tenant', scope: 'groups:read', permission: 'team.view' } as const
const write = { class: 'tenant', scope: 'groups:write', permission: 'group.manage' } as const

export const groupRoutes: Routes = async (app, { deps }) => {
  app.addSchema(GroupSchema)

  createGroupRoute(app, deps)
  listGroupsRoute(app, deps)
  getGroupRoute(app, deps)
  updateGroupRoute(app, deps)
  deleteGroupRoute(app, deps)
  putGroupMembersRoute(app, deps)
  addGroupMemberRoute(app, deps)
  removeGroupMemberRoute(app, deps)
}

function createGroupRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/groups',
    {
      config: { access: write },
      schema: {
        operationId: 'createGroup',
        summary: 'Create a group: a department, a project, a place',
        tags,
        params: OrganizationParams,
        body: GroupCreate,
        response: { 201: ref(GroupSchema) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) => createGroup(deps, { ...orgContext(request), ...answer }, request.body),
        toAnswer: (row) => created(toGroup(row))
      })
  )
}

function listGroupsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/groups',
    {
      config: { access: read },
      schema: {
        operationId: 'listGroups',
        summary: 'List groups, each with how many are in it',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            member_id: Type.Optional(Id('mem')),
            external_id: Type.Optional(ExternalId),
            q: Type.Optional(
              Type.String({ minLength: 1, maxLength: 200, description: 'A fragment of the name.' })
            )
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(GroupSchema) }
      }
    },
    async (request) => {
      const { member_id: memberId, external_id: externalId, q, ...query } = request.query
      const filter = { memberId, externalId, q }
      const page = await listGroups(deps, orgContext(request), filter, readPage('grp', query))
      return toPage(page, query.limit, toGroup)
    }
  )
}

function getGroupRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/groups/:group_id',
    {
      config: { access: read, single: groupSingle },
      schema: {
        operationId: 'getGroup',
        summary: 'Get a group',
        description: 'Who is in it: `GET {o}/members?group_id=`.',
        tags,
        params: GroupParams,
        response: { 200: ref(GroupSchema) }
      }
    },
    async (request) => tellSingle(deps, request, groupSingle)
  )
}

function updateGroupRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id/groups/:group_id',
    {
      config: { access: write, single: groupSingle },
      schema: {
        operationId: 'updateGroup',
        summary: 'Change the fields that are given',
        tags,
        params: GroupParams,
        body: GroupUpdate,
        response: { 200: ref(GroupSchema) }
      }
    },
    async (request) => {
      const { group_id: id } = request.params
      return toGroup(await updateGroup(deps, orgContext(request), id, request.body))
    }
  )
}

function deleteGroupRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/groups/:group_id',
    {
      config: { access: write, single: groupSingle },
      schema: {
        operationId: 'deleteGroup',
        summary: 'Delete a group; its members stay in the organization',
        tags,
        params: GroupParams,
        response: { 200: ref(GroupSchema) }
      }
    },
    async (request) =>
      toGroup(await deleteGroup(deps, orgContext(request), request.params.group_id))
  )
}

function putGroupMembersRoute(app: App, deps: Deps): void {
  app.put(
    '/v1/organizations/:organization_id/groups/:group_id/members',
    {
      config: { access: write, single: groupSingle },
      schema: {
        operationId: 'putGroupMembers',
        summary: 'Say who is in a group, or put many into it',
        description:
          'All or nothing: somebody who is not of the organization is 422 `unknown_members`, who ' +
          'was removed from it 409 `member_removed`. One call takes at most 1,000 out.',
        tags,
        params: GroupParams,
        body: GroupMembersPut,
        response: { 200: ref(GroupSchema) }
      }
    },
    async (request) => {
      const { group_id: id } = request.params
      return toGroup(await putGroupMembers(deps, orgContext(request), id, request.body))
    }
  )
}

function addGroupMemberRoute(app: App, deps: Deps): void {
  app.put(
    '/v1/organizations/:organization_id/groups/:group_id/members/:member_id',
    {
      config: { access: write, single: groupSingle },
      schema: {
        operationId: 'addGroupMember',
        summary: 'Put a member into a group; whoever is in it stays',
        tags,
        params: MembershipParams,
        response: { 200: ref(GroupSchema) }
      }
    },
    async (request) => {
      const { group_id: groupId, member_id: memberId } = request.params
      return toGroup(await addGroupMember(deps, orgContext(request), { groupId, memberId }))
    }
  )
}

function removeGroupMemberRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/groups/:group_id/members/:member_id',
    {
      config: { access: write, single: groupSingle },
      schema: {
        operationId: 'removeGroupMember',
        summary: 'Take a member out of a group',
        tags,
        params: MembershipParams,
        response: { 200: ref(GroupSchema) }
      }
    },
    async (request) => {
      const { group_id: groupId, member_id: memberId } = request.params
      return toGroup(await removeGroupMember(deps, orgContext(request), { groupId, memberId }))
    }
  )
}
