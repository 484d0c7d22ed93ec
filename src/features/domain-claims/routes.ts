import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { Problem } from '../../errors.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, created, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { createDomainClaim } from './create-domain-claim.js'
import { listDomainClaims } from './list-domain-claims.js'
import { releaseDomainClaim } from './release-domain-claim.js'
import {
  ClaimStatusSchema,
  Domain,
  DomainClaimCreate,
  DomainClaimParams,
  DomainClaimSchema,
  DomainClaimVerify,
  toDomainClaim
} from './schemas.js'
import { domainClaimSingle } from './single-domain-claim.js'
import { verifyDomainClaim } from './verify-domain-claim.js'

const tags = ['Domain claims']
const access = { class: 'tenant', permission: 'domain.claim' } as const
const read = { ...access, scope: 'domain-claims:read' } as const
const write = { ...access, scope: 'domain-claims:write' } as const

export const domainClaimRoutes: Routes = async (app, { deps }) => {
  app.addSchema(DomainClaimSchema)

  createDomainClaimRoute(app, deps)
  listDomainClaimsRoute(app, deps)
  getDomainClaimRoute(app, deps)
  verifyDomainClaimRoute(app, deps)
  releaseDomainClaimRoute(app, deps)
}

function createDomainClaimRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/domain-claims',
    {
      config: { access: write },
      schema: {
        operationId: 'createDomainClaim',
        summary: 'Begin to claim a domain',
        description:
          'By a code that is mailed to an address on the domain (valid for 15 minutes and 5 tries), ' +
          'or by a TXT record that the answer names (within 30 days). It has no effect until it is ' +
          'verified, and keeps nobody else from claiming the same. Not for public or disposable ' +
          'mail domains, nor for public suffixes. 5 claims of a domain a day.',
        tags,
        params: OrganizationParams,
        body: DomainClaimCreate,
        response: { 201: ref(DomainClaimSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => createDomainClaim(deps, { ...ctx, ...answer }, request.body),
        toAnswer: (row) => created(toDomainClaim(row, ctx.now))
      })
    }
  )
}

function listDomainClaimsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/domain-claims',
    {
      config: { access: read },
      schema: {
        operationId: 'listDomainClaims',
        summary: 'List domain claims, newest first',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            status: Type.Optional(ClaimStatusSchema),
            domain: Type.Optional(Domain)
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(DomainClaimSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { status, domain, ...query } = request.query
      const page = await listDomainClaims(deps, ctx, { status, domain }, readPage('dom', query))
      return toPage(page, query.limit, (row) => toDomainClaim(row, ctx.now))
    }
  )
}

function getDomainClaimRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/domain-claims/:domain_claim_id',
    {
      config: { access: read, single: domainClaimSingle },
      schema: {
        operationId: 'getDomainClaim',
        summary: 'Get a domain claim',
        tags,
        params: DomainClaimParams,
        response: { 200: ref(DomainClaimSchema) }
      }
    },
    async (request) => tellSingle(deps, request, domainClaimSingle)
  )
}

function verifyDomainClaimRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/domain-claims/:domain_claim_id/verify',
    {
      config: { access: write, single: domainClaimSingle },
      schema: {
        operationId: 'verifyDomainClaim',
        summary: 'Prove a domain claim, by the code or by the DNS record',
        description:
          'A wrong code is 422 `domain_code_wrong` and counts; the fifth ends the claim. Without its ' +
          'record a claim by DNS is 422 `domain_not_proven`, and `domain_lookup_failed` where DNS ' +
          'does not answer: both change nothing. A domain that another organization has proven is ' +
          '409 `domain_taken`. A verified claim is answered as it is.',
        tags,
        params: DomainClaimParams,
        body: DomainClaimVerify,
        response: { 200: ref(DomainClaimSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const proof = { id: request.params.domain_claim_id, code: request.body.code }
      return answerOnce(deps, request, reply, {
        run: (answer) => verifyDomainClaim(deps, { ...ctx, ...answer }, proof),
        toAnswer: (outcome) =>
          outcome instanceof Problem ? outcome : ok(toDomainClaim(outcome, ctx.now))
      })
    }
  )
}

function releaseDomainClaimRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/domain-claims/:domain_claim_id',
    {
      config: { access: write, single: domainClaimSingle },
      schema: {
        operationId: 'releaseDomainClaim',
        summary: 'Give a domain up',
        description: 'Whoever has joined by it stays. A claim that has ended stays as it is.',
        tags,
        params: DomainClaimParams,
        response: { 200: ref(DomainClaimSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const row = await releaseDomainClaim(deps, ctx, request.params.domain_claim_id)
      return toDomainClaim(row, ctx.now)
    }
  )
}
