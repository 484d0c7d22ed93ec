import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { keyContext, orgContext, wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, created } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ExternalId, OrganizationParams, ref } from '../../schemas.js'
import { createOrganization } from './create-organization.js'
import { getSummary } from './get-summary.js'
import { listOrganizations } from './list-organizations.js'
import { findOrganization } from './queries.js'
import {
  OrganizationCreate,
  OrganizationSchema,
  OrganizationUpdate,
  SummarySchema,
  toOrganization
} from './schemas.js'
import { updateOrganization } from './update-organization.js'

const tags = ['Organizations']

export const organizationRoutes: Routes = async (app, { deps }) => {
  app.addSchema(OrganizationSchema)
  app.addSchema(SummarySchema)

  createOrganizationRoute(app, deps)
  listOrganizationsRoute(app, deps)
  getOrganizationRoute(app, deps)
  updateOrganizationRoute(app, deps)
  getSummaryRoute(app, deps)
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
        toAnswer: (row) => created(toOrganization(row))
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
      return toPage(page, query.limit, toOrganization)
    }
  )
}

function getOrganizationRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id',
    {
      config: {
        access: { class: 'tenant', scope: 'organizations:read', permission: 'team.view' }
      },
      schema: {
        operationId: 'getOrganization',
        summary: 'Get an organization',
        tags,
        params: OrganizationParams,
        response: { 200: ref(OrganizationSchema) }
      }
    },
    async (request) =>
      toOrganization(await findOrganization(deps.db, orgContext(request).organizationId))
  )
}

function updateOrganizationRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id',
    {
      config: {
        access: { class: 'tenant', scope: 'organizations:write', permission: 'org.rename' }
      },
      schema: {
        operationId: 'updateOrganization',
        summary: 'Change the fields that are given',
        tags,
        params: OrganizationParams,
        body: OrganizationUpdate,
        response: { 200: ref(OrganizationSchema) }
      }
    },
    async (request) =>
      toOrganization(await updateOrganization(deps, orgContext(request), request.body))
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
        summary: 'Seats used and available, and members by status',
        tags,
        params: OrganizationParams,
        response: { 200: ref(SummarySchema) }
      }
    },
    async (request) => getSummary(deps, orgContext(request))
  )
}
