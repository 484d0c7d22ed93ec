import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { keyContext, orgContext, wholeDeployment, wholeReach } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, created, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ConfirmQuery, ExternalId, OrganizationParams, ref } from '../../schemas.js'
import { cancelOrganization } from './cancel-organization.js'
import { createOrganization } from './create-organization.js'
import { deleteOrganization } from './delete-organization.js'
import { getSummary } from './get-summary.js'
import { listOrganizations } from './list-organizations.js'
import { restoreOrganization } from './restore-organization.js'
import {
  OrganizationCreate,
  OrganizationSchema,
  OrganizationUpdate,
  toOrganization
} from './schemas.js'
import { organizationSingle } from './single-organization.js'
import { SummarySchema } from './summary-schemas.js'
import { updateOrganization } from './update-organization.js'

const tags = ['Organizations']
const end = (permission: 'subscription.cancel' | 'org.delete') =>
  ({ class: 'tenant', scope: 'organizations:write', permission, evenCanceled: true }) as const

export const organizationRoutes: Routes = async (app, { deps }) => {
  app.addSchema(OrganizationSchema)
  app.addSchema(SummarySchema)

  createOrganizationRoute(app, deps)
  listOrganizationsRoute(app, deps)
  getOrganizationRoute(app, deps)
  updateOrganizationRoute(app, deps)
  getSummaryRoute(app, deps)
  cancelOrganizationRoute(app, deps)
  restoreOrganizationRoute(app, deps)
  deleteOrganizationRoute(app, deps)
}

function createOrganizationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations',
    {
      config: { access: { class: 'operator', scope: 'organizations:write' } },
      schema: {
        operationId: 'createOrganization',
        summary: 'Create an organization with its first member',
        tags,
        body: OrganizationCreate,
        response: { 201: ref(OrganizationSchema) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) =>
          createOrganization(deps, { ...wholeDeployment(request), ...answer }, request.body),
        toAnswer: (row) => created(toOrganization(row, deps.now()))
      })
  )
}

function listOrganizationsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations',
    {
      config: { access: { class: 'operator', scope: 'organizations:read' } },
      schema: {
        operationId: 'listOrganizations',
        summary: 'List the organizations that the key may reach',
        tags,
        querystring: Type.Object(
          {
            ...PageQuery,
            q: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
            external_id: Type.Optional(ExternalId),
            policy: Type.Optional(Type.String({ maxLength: 48 }))
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(OrganizationSchema) }
      }
    },
    async (request) => {
      const { q, external_id: externalId, policy, ...query } = request.query
      const filter = { q, externalId, policy }
      const page = await listOrganizations(
        deps,
        keyContext(request),
        filter,
        readPage('org', query)
      )
      return toPage(page, query.limit, (row) => toOrganization(row, deps.now()))
    }
  )
}

function getOrganizationRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id',
    {
      config: {
        access: { class: 'tenant', scope: 'organizations:read', permission: 'team.view' },
        single: organizationSingle
      },
      schema: {
        operationId: 'getOrganization',
        summary: 'Get an organization',
        tags,
        params: OrganizationParams,
        response: { 200: ref(OrganizationSchema) }
      }
    },
    async (request) => tellSingle(deps, request, organizationSingle)
  )
}

function updateOrganizationRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id',
    {
      config: {
        access: { class: 'tenant', scope: 'organizations:write', permission: 'org.rename' },
        single: organizationSingle
      },
      schema: {
        operationId: 'updateOrganization',
        summary: 'Change the fields that are given',
        description: 'A key that is limited to organizations gives none an `external_id`.',
        tags,
        params: OrganizationParams,
        body: OrganizationUpdate,
        response: { 200: ref(OrganizationSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      // No two organizations have the same: whoever reaches only some must not learn who has one.
      if (typeof request.body.external_id === 'string') wholeReach(request)
      return toOrganization(await updateOrganization(deps, ctx, request.body), ctx.now)
    }
  )
}

function getSummaryRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/summary',
    {
      config: {
        access: { class: 'tenant', scope: 'organizations:read', permission: 'team.summary' }
      },
      schema: {
        operationId: 'getSummary',
        summary: 'Seats, members by status, whose team it is, its plan, and what blocks inviting',
        tags,
        params: OrganizationParams,
        response: { 200: ref(SummarySchema) }
      }
    },
    async (request) => getSummary(deps, orgContext(request))
  )
}

function cancelOrganizationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/cancel',
    {
      config: { access: end('subscription.cancel'), single: organizationSingle },
      schema: {
        operationId: 'cancelOrganization',
        summary: 'Cancel the subscription: nobody comes in, and nothing of the team changes',
        description:
          'The policy says what else it means, and when the organization is flagged for deletion ' +
          'and deleted. `organization.canceled` tells you of both.',
        tags,
        params: OrganizationParams,
        querystring: ConfirmQuery,
        response: { 200: ref(OrganizationSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => cancelOrganization(deps, { ...ctx, ...answer }, request.query.confirm),
        toAnswer: (row) => ok(toOrganization(row, ctx.now))
      })
    }
  )
}

function restoreOrganizationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/restore',
    {
      config: { access: end('subscription.cancel'), single: organizationSingle },
      schema: {
        operationId: 'restoreOrganization',
        summary: 'Let a canceled organization go on as it was',
        tags,
        params: OrganizationParams,
        response: { 200: ref(OrganizationSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => restoreOrganization(deps, { ...ctx, ...answer }),
        toAnswer: (row) => ok(toOrganization(row, ctx.now))
      })
    }
  )
}

function deleteOrganizationRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id',
    {
      config: { access: end('org.delete'), single: organizationSingle },
      schema: {
        operationId: 'deleteOrganization',
        summary: 'Delete an organization and everything in it for good',
        description:
          'From then on it does not exist for anybody, and its `external_id` can be given again. ' +
          'Its rows are purged later.',
        tags,
        params: OrganizationParams,
        querystring: ConfirmQuery,
        response: { 200: ref(OrganizationSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toOrganization(await deleteOrganization(deps, ctx, request.query.confirm), ctx.now)
    }
  )
}
