import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext, publicContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, created, ok } from '../../http/idempotency.js'
import { publicLimits, SIGNUP_LIMITS } from '../../http/limits.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { createSignupPage } from './create-signup-page.js'
import { findSignupPage } from './find-signup-page.js'
import { listSignupPages } from './list-signup-pages.js'
import { findBaseUrl, type PlacedPage } from './queries.js'
import { requestSignup } from './request-signup.js'
import {
  PublicSignupPage,
  SignupPageCreate,
  SignupPageParams,
  SignupPageSchema,
  SignupPageStatusSchema,
  SignupPageUpdate,
  SignupRequest,
  SignupSent,
  SlugParams,
  toSignupPage
} from './schemas.js'
import { signupPageSingle } from './single-signup-page.js'
import { switchSignupPage } from './switch-signup-page.js'
import { updateSignupPage } from './update-signup-page.js'

const tags = ['Signup pages']
const read = {
  class: 'tenant',
  scope: 'signup-pages:read',
  permission: 'signup_page.manage'
} as const
const write = { ...read, scope: 'signup-pages:write' } as const

export const signupPageRoutes: Routes = async (app, { deps }) => {
  app.addSchema(SignupPageSchema)
  app.addSchema(PublicSignupPage)
  app.addSchema(SignupSent)

  createSignupPageRoute(app, deps)
  listSignupPagesRoute(app, deps)
  getSignupPageRoute(app, deps)
  updateSignupPageRoute(app, deps)
  switchSignupPageRoute(app, deps, 'enabled')
  switchSignupPageRoute(app, deps, 'disabled')
  getSharedPageRoute(app, deps)
  requestSignupRoute(app, deps)
}

const toWire = ({ row, baseUrl }: PlacedPage) => toSignupPage(row, baseUrl)

function createSignupPageRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/signup-pages',
    {
      config: { access: write },
      schema: {
        operationId: 'createSignupPage',
        summary: 'Open a page on which people ask for an invitation themselves',
        description: 'It is active at once. Whoever has its `url` may ask, up to the maximum.',
        tags,
        params: OrganizationParams,
        body: SignupPageCreate,
        response: { 201: ref(SignupPageSchema) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) =>
          createSignupPage(deps, { ...orgContext(request), ...answer }, request.body),
        toAnswer: (page) => created(toWire(page))
      })
  )
}

function listSignupPagesRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/signup-pages',
    {
      config: { access: read },
      schema: {
        operationId: 'listSignupPages',
        summary: 'List signup pages, newest first, each with how many have asked',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          { ...PageQuery, status: Type.Optional(SignupPageStatusSchema) },
          { additionalProperties: false }
        ),
        response: { 200: Page(SignupPageSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { query } = request
      const page = await listSignupPages(deps, ctx, query, readPage('sgp', query))
      const baseUrl = await findBaseUrl(deps, deps.db, ctx)
      return toPage(page, query.limit, (row) => toSignupPage(row, baseUrl))
    }
  )
}

function getSignupPageRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/signup-pages/:signup_page_id',
    {
      config: { access: read, single: signupPageSingle },
      schema: {
        operationId: 'getSignupPage',
        summary: 'Get a signup page, with how many have asked',
        tags,
        params: SignupPageParams,
        response: { 200: ref(SignupPageSchema) }
      }
    },
    async (request) => tellSingle(deps, request, signupPageSingle)
  )
}

function updateSignupPageRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id/signup-pages/:signup_page_id',
    {
      config: { access: write, single: signupPageSingle },
      schema: {
        operationId: 'updateSignupPage',
        summary: 'Change the fields that are given',
        description: 'A maximum below the count is taken: the page is full then.',
        tags,
        params: SignupPageParams,
        body: SignupPageUpdate,
        response: { 200: ref(SignupPageSchema) }
      }
    },
    async (request) => {
      const { signup_page_id: id } = request.params
      return toWire(await updateSignupPage(deps, orgContext(request), id, request.body))
    }
  )
}

const SWITCHES = {
  enabled: {
    path: 'enable',
    operationId: 'enableSignupPage',
    summary: 'Open a disabled page again, under the same URL'
  },
  disabled: {
    path: 'disable',
    operationId: 'disableSignupPage',
    summary: 'Close a page; whoever has asked can still finish'
  }
} as const

function switchSignupPageRoute(app: App, deps: Deps, to: keyof typeof SWITCHES): void {
  const { path, operationId, summary } = SWITCHES[to]
  app.post(
    `/v1/organizations/:organization_id/signup-pages/:signup_page_id/${path}`,
    {
      config: { access: write, single: signupPageSingle },
      schema: {
        operationId,
        summary,
        tags,
        params: SignupPageParams,
        response: { 200: ref(SignupPageSchema) }
      }
    },
    async (request, reply) => {
      const { signup_page_id: id } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) => switchSignupPage(deps, { ...orgContext(request), ...answer }, id, to),
        toAnswer: (page) => ok(toWire(page))
      })
    }
  )
}

function getSharedPageRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/signup-pages/:slug',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app, SIGNUP_LIMITS.page),
      schema: {
        operationId: 'getSharedSignupPage',
        summary: 'What whoever has the URL of a signup page may know of it',
        tags,
        params: SlugParams,
        response: { 200: ref(PublicSignupPage) }
      }
    },
    async (request) =>
      (await findSignupPage(deps, publicContext(request, deps), request.params.slug)).page
  )
}

function requestSignupRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/signup-pages/:slug/signups',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app, SIGNUP_LIMITS.signup),
      schema: {
        operationId: 'requestSignup',
        summary: 'Ask on a signup page for an invitation, by mail',
        description:
          'The answer is the same whether the address is a member, invited or new: only the mail ' +
          'says.',
        tags,
        params: SlugParams,
        body: SignupRequest,
        response: { 202: ref(SignupSent) }
      }
    },
    async (request, reply) => {
      const context = publicContext(request, deps)
      const { email, locale = context.locale } = request.body
      return answerOnce(deps, request, reply, {
        run: (answer) =>
          requestSignup(deps, { ...context, ...answer }, request.params.slug, { email, locale }),
        toAnswer: () => ({ status: 202, body: { status: 'sent' } as const })
      })
    }
  )
}
