import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, created, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { Id, OrganizationParams, ref } from '../../schemas.js'
import { approveCreditRequest } from './approve-credit-request.js'
import { cancelCreditRequest } from './cancel-credit-request.js'
import { createCreditRequest } from './create-credit-request.js'
import { denyCreditRequest } from './deny-credit-request.js'
import { listCreditRequests } from './list-credit-requests.js'
import {
  CreditRequestApprove,
  CreditRequestCreate,
  CreditRequestDeny,
  CreditRequestParams,
  CreditRequestSchema,
  CreditRequestStatusSchema,
  toCreditRequest
} from './schemas.js'
import { creditRequestSingle } from './single-credit-request.js'

const tags = ['Credits']
/** Who may ask, see and take back is decided by whose the request is. */
const read = { class: 'tenant', scope: 'credits:read', permission: null } as const
const write = { class: 'tenant', scope: 'credits:write', permission: null } as const
const decide = { ...write, permission: 'credits.allocate' } as const

export const creditRequestRoutes: Routes = async (app, { deps }) => {
  app.addSchema(CreditRequestSchema)

  createCreditRequestRoute(app, deps)
  listCreditRequestsRoute(app, deps)
  getCreditRequestRoute(app, deps)
  approveCreditRequestRoute(app, deps)
  denyCreditRequestRoute(app, deps)
  cancelCreditRequestRoute(app, deps)
}

function createCreditRequestRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/credit-requests',
    {
      config: { access: write },
      schema: {
        operationId: 'createCreditRequest',
        summary: 'Ask for credits, in the mode on_demand',
        description:
          'A member for itself, the host for any. Only for active members, of whom each has 20 ' +
          'pending requests at most.',
        tags,
        params: OrganizationParams,
        body: CreditRequestCreate,
        response: { 201: ref(CreditRequestSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { member_id: named, ...asked } = request.body
      const memberId = named ?? (ctx.actor.type === 'member' ? ctx.actor.id : undefined)
      if (memberId === undefined) throw memberMissing()
      return answerOnce(deps, request, reply, {
        run: (answer) => createCreditRequest(deps, { ...ctx, ...answer }, { ...asked, memberId }),
        toAnswer: (row) => created(toCreditRequest(row))
      })
    }
  )
}

const memberMissing = () =>
  invalidRequest({
    errors: [{ pointer: '#/member_id', detail: 'must be given where no member acts' }]
  })

function listCreditRequestsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-requests',
    {
      config: { access: read },
      schema: {
        operationId: 'listCreditRequests',
        summary: 'List requests for credits, newest first',
        description: 'A member with neither `credits.usage` nor `credits.allocate` sees its own.',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            status: Type.Optional(CreditRequestStatusSchema),
            member_id: Type.Optional(Id('mem')),
            group_id: Type.Optional(Id('grp'))
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(CreditRequestSchema) }
      }
    },
    async (request) => {
      const { status, member_id: memberId, group_id: groupId, ...query } = request.query
      const filter = { status, memberId, groupId }
      const wanted = readPage('crq', query)
      const page = await listCreditRequests(deps, orgContext(request), filter, wanted)
      return toPage(page, query.limit, toCreditRequest)
    }
  )
}

function getCreditRequestRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-requests/:credit_request_id',
    {
      config: { access: read, single: creditRequestSingle },
      schema: {
        operationId: 'getCreditRequest',
        summary: 'Get a request for credits',
        tags,
        params: CreditRequestParams,
        response: { 200: ref(CreditRequestSchema) }
      }
    },
    async (request) => tellSingle(deps, request, creditRequestSingle)
  )
}

function approveCreditRequestRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/credit-requests/:credit_request_id/approve',
    {
      config: { access: decide, single: creditRequestSingle },
      schema: {
        operationId: 'approveCreditRequest',
        summary: 'Give what is asked for, or more, or less',
        description:
          'From the pool to the member, at once. A pool that is short is 422 ' +
          '`insufficient_credits` and leaves the request pending. What was decided already is 409 ' +
          '`credit_request_ended`.',
        tags,
        params: CreditRequestParams,
        body: CreditRequestApprove,
        response: { 200: ref(CreditRequestSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const approval = { id: request.params.credit_request_id, ...request.body }
      return answerOnce(deps, request, reply, {
        run: (answer) => approveCreditRequest(deps, { ...ctx, ...answer }, approval),
        toAnswer: (row) => ok(toCreditRequest(row))
      })
    }
  )
}

function denyCreditRequestRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/credit-requests/:credit_request_id/deny',
    {
      config: { access: decide, single: creditRequestSingle },
      schema: {
        operationId: 'denyCreditRequest',
        summary: 'Turn a request for credits down',
        tags,
        params: CreditRequestParams,
        body: CreditRequestDeny,
        response: { 200: ref(CreditRequestSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const denial = { id: request.params.credit_request_id, ...request.body }
      return answerOnce(deps, request, reply, {
        run: (answer) => denyCreditRequest(deps, { ...ctx, ...answer }, denial),
        toAnswer: (row) => ok(toCreditRequest(row))
      })
    }
  )
}

function cancelCreditRequestRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/credit-requests/:credit_request_id/cancel',
    {
      config: { access: write, single: creditRequestSingle },
      schema: {
        operationId: 'cancelCreditRequest',
        summary: 'Take a request for credits back: its own member does, or the host',
        tags,
        params: CreditRequestParams,
        response: { 200: ref(CreditRequestSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) =>
          cancelCreditRequest(deps, { ...ctx, ...answer }, request.params.credit_request_id),
        toAnswer: (row) => ok(toCreditRequest(row))
      })
    }
  )
}
