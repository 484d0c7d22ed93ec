import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { orgContext } from '../../http/access.js'
import { answerAs } from '../../http/alternative.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ConfirmQuery, ExternalId, Id, OrganizationParams, ref, UserId } from '../../schemas.js'
import { AsOf, MemberAsOfSchema, toMemberAsOf } from './as-of-schemas.js'
import { getMember } from './get-member.js'
import { leaveOrganization } from './leave-organization.js'
import { listMembers } from './list-members.js'
import { listMembersAsOf } from './list-members-as-of.js'
import { reactivateMember } from './reactivate-member.js'
import { recordActivity } from './record-activity.js'
import { removeMember } from './remove-member.js'
import { MemberRemoval, MemberUpdate } from './request-schemas.js'
import { MemberSchema, MemberStatusSchema, toMember } from './schemas.js'
import { suspendMember } from './suspend-member.js'
import { updateMember } from './update-member.js'

const tags = ['Members']
const Params = Type.Object({ ...OrganizationParams.properties, member_id: Id('mem') })
const write = (permission: 'member.suspend' | 'member.remove' | null) =>
  ({ class: 'tenant', scope: 'members:write', permission }) as const

export const memberRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)
  app.addSchema(MemberAsOfSchema)

  listMembersRoute(app, deps)
  getMemberRoute(app, deps)
  updateMemberRoute(app, deps)
  suspendMemberRoute(app, deps)
  reactivateMemberRoute(app, deps)
  removeMemberRoute(app, deps)
  leaveOrganizationRoute(app, deps)
  recordActivityRoute(app, deps)
}

const PageAsOf = Type.Object({ ...Page(MemberAsOfSchema).properties, as_of: AsOf })
/** What of a member is not known of every instant. */
const OF_TODAY = ['email', 'user_id', 'external_id', 'group_id', 'q'] as const

function listMembersRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/members',
    {
      config: { access: { class: 'tenant', scope: 'members:read', permission: 'team.view' } },
      schema: {
        operationId: 'listMembers',
        summary: 'List members, the invited included',
        description:
          'Removed members are listed only with `status=removed`. With `as_of` it is who belonged to ' +
          'the organization then, from its log: that takes `audit.view` as well, and is 410 ' +
          '`before_retention` of an instant from which the log is no longer kept.',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            status: Type.Optional(MemberStatusSchema),
            role: Type.Optional(Type.String({ maxLength: 48 })),
            email: Type.Optional(Type.String({ maxLength: 320 })),
            user_id: Type.Optional(UserId),
            external_id: Type.Optional(ExternalId),
            group_id: Type.Optional(Id('grp')),
            as_of: Type.Optional(AsOf),
            q: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 200,
                description: 'A fragment of name or address.'
              })
            )
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(MemberSchema) },
        alternatives: { 200: PageAsOf }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { as_of: asOf } = request.query
      if (asOf !== undefined) {
        const given = OF_TODAY.find((name) => request.query[name] !== undefined)
        if (given !== undefined) throw notOfThen(given)
        const { limit, status, role } = request.query
        const filter = { asOf: new Date(asOf), status, role }
        const page = await listMembersAsOf(deps, ctx, filter, readPage('mem', request.query))
        const told = toPage(page, limit, (row) => toMemberAsOf(row, ctx.policy))
        return answerAs(reply, PageAsOf, { ...told, as_of: filter.asOf.toISOString() })
      }
      const {
        user_id: userId,
        external_id: externalId,
        group_id: groupId,
        ...query
      } = request.query
      const filter = { ...query, userId, externalId, groupId }
      const page = await listMembers(deps, ctx, filter, readPage('mem', query))
      return toPage(page, query.limit, (row) => toMember(row, ctx))
    }
  )
}

const notOfThen = (name: string) =>
  invalidRequest({
    errors: [{ pointer: `querystring:/${name}`, detail: 'Must be left out beside `as_of`.' }]
  })

function getMemberRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/members/:member_id',
    {
      config: { access: { class: 'tenant', scope: 'members:read', permission: 'team.view' } },
      schema: {
        operationId: 'getMember',
        summary: 'Get a member',
        tags,
        params: Params,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toMember(await getMember(deps, ctx, request.params.member_id), ctx)
    }
  )
}

function updateMemberRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id/members/:member_id',
    {
      config: { access: write(null) },
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
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { body, params, query } = request
      const { expected_role: expectedRole, ...input } = body
      if (expectedRole !== undefined && input.role === undefined) throw roleMissing()
      const change = { input, expectedRole, confirmed: query.confirm }
      return toMember(await updateMember(deps, ctx, params.member_id, change), ctx)
    }
  )
}

const roleMissing = () =>
  invalidRequest({ errors: [{ pointer: '#/role', detail: 'must stand beside expected_role' }] })

function suspendMemberRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members/:member_id/suspend',
    {
      config: { access: write('member.suspend') },
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
      config: { access: write('member.suspend') },
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
      config: { access: write('member.remove') },
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

function recordActivityRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members/:member_id/activity',
    {
      config: { access: write(null) },
      schema: {
        operationId: 'recordActivity',
        summary: 'Tell that a member is active right now',
        description: 'Written down at most once a minute. A member tells of itself only.',
        tags,
        params: Params,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => recordActivity(deps, { ...ctx, ...answer }, request.params.member_id),
        toAnswer: (row) => ok(toMember(row, ctx))
      })
    }
  )
}
