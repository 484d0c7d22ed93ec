import { type Static, Type } from '@sinclair/typebox'
import type { CallContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { operatorContext, orgContext, strangerContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { type Answer, answerOnce, ok, readIdempotencyKey } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { vouchedUser } from '../../http/vouched-user.js'
import { ConfirmQuery, Id, Nullable, OrganizationParams, oneOf, ref } from '../../schemas.js'
import { verifiedAddressOf } from '../invitations/take-offer.js'
import { MemberSchema, toMember } from '../members/schemas.js'
import { approveJoinRequest } from './approve-join-request.js'
import { denyJoinRequest } from './deny-join-request.js'
import { type Joined, joinOrganization } from './join-organization.js'
import { listJoinRequests } from './list-join-requests.js'
import { listJoinableOrganizations } from './list-joinable-organizations.js'
import {
  Join,
  JoinableOrganizations,
  JoinRequestSchema,
  JoinRequestStatus,
  toJoinable,
  toJoinRequest
} from './schemas.js'
import { joinRequestSingle } from './single-join-request.js'

const [REQUEST] = JoinRequestSchema.examples as unknown[]

const JoinAnswer = Type.Object(
  {
    status: oneOf(['joined', 'requested']),
    member: Nullable(ref(MemberSchema)),
    join_request: Nullable(ref(JoinRequestSchema))
  },
  {
    $id: 'JoinAnswer',
    examples: [{ status: 'requested', member: null, join_request: REQUEST }]
  }
)

const tags = ['Joining']
const Params = Type.Object({ ...OrganizationParams.properties, join_request_id: Id('jrq') })
const decides = { class: 'tenant', permission: 'member.invite' } as const
const read = { ...decides, scope: 'members:read' } as const
const write = { ...decides, scope: 'members:write' } as const

export const joiningRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)
  app.addSchema(JoinableOrganizations)
  app.addSchema(JoinRequestSchema)
  app.addSchema(JoinAnswer)

  listJoinableOrganizationsRoute(app, deps)
  joinOrganizationRoute(app, deps)
  listJoinRequestsRoute(app, deps)
  getJoinRequestRoute(app, deps)
  approveJoinRequestRoute(app, deps)
  denyJoinRequestRoute(app, deps)
}

function listJoinableOrganizationsRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/joinable-organizations',
    {
      config: {
        access: { class: 'operator', scope: 'members:join', orPerson: true },
        changesNothing: true
      },
      schema: {
        operationId: 'listJoinableOrganizations',
        summary: 'Where a person you have signed in may join',
        description:
          'By an open invitation to their address, or by its domain; at most 100. Ask whenever ' +
          'somebody signs up or in, and offer what is found. Told of a verified address only. It ' +
          'changes nothing, so an `Idempotency-Key` means nothing here.',
        tags,
        body: Join,
        response: { 200: ref(JoinableOrganizations) }
      }
    },
    async (request) => {
      const caller = operatorContext(request)
      const user = vouchedUser(request, request.body.user)
      const { found, reasons } = await listJoinableOrganizations(deps, caller, user)
      return { data: found.map((one) => toJoinable(one, caller.locale)), reasons: [...reasons] }
    }
  )
}

function joinOrganizationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/join',
    {
      config: {
        access: {
          class: 'tenant',
          scope: 'members:join',
          permission: null,
          hostOnly: true,
          orStranger: true
        }
      },
      schema: {
        operationId: 'joinOrganization',
        summary: 'A person you have signed in joins by themselves',
        description:
          'An open invitation to their address prevails and is used up; else the domain of the ' +
          'address must be claimed by this organization. 201: a member from now on; 200: the ' +
          'person was one already; 202: somebody of the team decides about it. With a token of your ' +
          'issuer a person joins for themselves, without `user`; where there is nothing for them to ' +
          'join the answer is 404.',
        tags,
        params: OrganizationParams,
        body: Join,
        response: { 200: ref(JoinAnswer), 201: ref(JoinAnswer), 202: ref(JoinAnswer) }
      }
    },
    async (request, reply) => {
      // All that can be wrong with the request itself, before a stranger learns of an organization.
      const user = vouchedUser(request, request.body.user)
      verifiedAddressOf(user)
      readIdempotencyKey(request)
      const ctx = await strangerContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => joinOrganization(deps, { ...ctx, ...answer }, user),
        toAnswer: (joined) => toAnswer(joined, ctx)
      })
    }
  )
}

function toAnswer(joined: Joined, ctx: CallContext): Answer<Static<typeof JoinAnswer>> {
  if (joined.status === 'requested') {
    const { status, joinRequest } = joined
    return { status: 202, body: { status, member: null, join_request: toJoinRequest(joinRequest) } }
  }
  const { status, member, policy, isSame } = joined
  const body = { status, member: toMember(member, { ...ctx, policy }), join_request: null }
  return { status: isSame ? 200 : 201, body }
}

function listJoinRequestsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/join-requests',
    {
      config: { access: read },
      schema: {
        operationId: 'listJoinRequests',
        summary: 'List who has asked to join, newest first',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          { ...PageQuery, status: Type.Optional(JoinRequestStatus) },
          { additionalProperties: false }
        ),
        response: { 200: Page(JoinRequestSchema) }
      }
    },
    async (request) => {
      const { query } = request
      const page = readPage('jrq', query)
      const found = await listJoinRequests(deps, orgContext(request), query, page)
      return toPage(found, query.limit, toJoinRequest)
    }
  )
}

function getJoinRequestRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/join-requests/:join_request_id',
    {
      config: { access: read, single: joinRequestSingle },
      schema: {
        operationId: 'getJoinRequest',
        summary: 'Get a request to join',
        tags,
        params: Params,
        response: { 200: ref(JoinRequestSchema) }
      }
    },
    async (request) => tellSingle(deps, request, joinRequestSingle)
  )
}

function approveJoinRequestRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/join-requests/:join_request_id/approve',
    {
      config: { access: write, single: joinRequestSingle },
      schema: {
        operationId: 'approveJoinRequest',
        summary: 'Let somebody in who has asked to join',
        description: 'Whoever approves must be allowed to invite as the role that they get.',
        tags,
        params: Params,
        querystring: ConfirmQuery,
        response: { 200: ref(JoinRequestSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { join_request_id: id } = request.params
      const { confirm } = request.query
      return answerOnce(deps, request, reply, {
        run: (answer) => approveJoinRequest(deps, { ...ctx, ...answer }, id, confirm),
        toAnswer: (row) => ok(toJoinRequest(row))
      })
    }
  )
}

function denyJoinRequestRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/join-requests/:join_request_id/deny',
    {
      config: { access: write, single: joinRequestSingle },
      schema: {
        operationId: 'denyJoinRequest',
        summary: 'Turn somebody down who has asked to join',
        description: 'They may ask again after 30 days.',
        tags,
        params: Params,
        response: { 200: ref(JoinRequestSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { join_request_id: id } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) => denyJoinRequest(deps, { ...ctx, ...answer }, id),
        toAnswer: (row) => ok(toJoinRequest(row))
      })
    }
  )
}
