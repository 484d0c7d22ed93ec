import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { enforceKey, orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { ConfirmQuery, Id, OrganizationParams, ref } from '../../schemas.js'
import { MemberDetailsSchema, toMemberDetails } from './details-schemas.js'
import { getMember } from './get-member.js'
import { leaveOrganization } from './leave-organization.js'
import { reactivateMember } from './reactivate-member.js'
import { removeMember } from './remove-member.js'
import { MemberRemoval, MemberUpdate } from './request-schemas.js'
import { MemberSchema, toMember } from './schemas.js'
import { memberSingle } from './single-member.js'
import { suspendMember } from './suspend-member.js'
import { updateMember } from './update-member.js'

const tags = ['Members']
const Params = Type.Object({ ...OrganizationParams.properties, member_id: Id('mem') })
const write = (permission: 'member.suspend' | 'member.remove' | null) =>
  ({ class: 'tenant', scope: 'members:write', permission }) as const

export const memberRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)
  app.addSchema(MemberDetailsSchema)

  getMemberRoute(app, deps)
  updateMemberRoute(app, deps)
  suspendMemberRoute(app, deps)
  reactivateMemberRoute(app, deps)
  removeMemberRoute(app, deps)
  leaveOrganizationRoute(app, deps)
}

function getMemberRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/members/:member_id',
    {
      config: {
        access: { class: 'tenant', scope: 'members:read', permission: 'team.view' },
        single: memberSingle
      },
      schema: {
        operationId: 'getMember',
        summary: 'Get a member',
        tags,
        params: Params,
        response: { 200: ref(MemberDetailsSchema) }
      }
    },
    async (request) => tellSingle(deps, request, memberSingle)
  )
}

function updateMemberRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id/members/:member_id',
    {
      config: { access: write(null), single: memberSingle },
      schema: {
        operationId: 'updateMember',
        summary: 'Change the fields of a member that are given',
        description:
          '`role` takes `member.role`, `resources` takes `resource.assign`, the others take ' +
          '`member.edit`. The role of an invited member is the one it is offered.',
        tags,
        params: Params,
        querystring: ConfirmQuery,
        body: MemberUpdate,
        response: { 200: ref(MemberDetailsSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { body, params, query } = request
      const { expected_role: expectedRole, ...input } = body
      // Whether mail reaches them there only the product can find out.
      if (input.email !== undefined) enforceKey(request)
      if (expectedRole !== undefined && input.role === undefined) throw roleMissing()
      const change = { input, expectedRole, confirmed: query.confirm }
      await updateMember(deps, ctx, params.member_id, change)
      return toMemberDetails(await getMember(deps, ctx, params.member_id), ctx)
    }
  )
}

const roleMissing = () =>
  invalidRequest({ errors: [{ pointer: '#/role', detail: 'must stand beside expected_role' }] })

function suspendMemberRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members/:member_id/suspend',
    {
      config: { access: write('member.suspend'), single: memberSingle },
      schema: {
        operationId: 'suspendMember',
        summary: 'Take access away until it is given back; nothing else changes',
        tags,
        params: Params,
        querystring: ConfirmQuery,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { params, query } = request
      return answerOnce(deps, request, reply, {
        run: (answer) =>
          suspendMember(deps, { ...ctx, ...answer }, params.member_id, query.confirm),
        toAnswer: (row) => ok(toMember(row, ctx))
      })
    }
  )
}

function reactivateMemberRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members/:member_id/reactivate',
    {
      config: { access: write('member.suspend'), single: memberSingle },
      schema: {
        operationId: 'reactivateMember',
        summary: 'Give a suspended member back what it had',
        tags,
        params: Params,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => reactivateMember(deps, { ...ctx, ...answer }, request.params.member_id),
        toAnswer: (row) => ok(toMember(row, ctx))
      })
    }
  )
}

function removeMemberRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/members/:member_id',
    {
      config: { access: write('member.remove'), single: memberSingle },
      schema: {
        operationId: 'removeMember',
        summary: 'Remove a member for good; a return takes a new invitation',
        description:
          'An invited member is removed only where the policy cancels invitations in this way, ' +
          'and then its invitation is canceled and nothing else.',
        tags,
        params: Params,
        querystring: MemberRemoval,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toMember(await removeMember(deps, ctx, request.params.member_id, request.query), ctx)
    }
  )
}

function leaveOrganizationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/leave',
    {
      config: { access: write(null) },
      schema: {
        operationId: 'leaveOrganization',
        summary: 'The acting member leaves, where its role may',
        tags,
        params: OrganizationParams,
        querystring: ConfirmQuery,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => leaveOrganization(deps, { ...ctx, ...answer }, request.query.confirm),
        toAnswer: (row) => ok(toMember(row, ctx))
      })
    }
  )
}
