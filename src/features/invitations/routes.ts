import { Type } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { toProblemBody } from '../../http/problem.js'
import { textOf } from '../../policy/texts.js'
import { ConfirmQuery, Id, OrganizationParams, ref } from '../../schemas.js'
import { cancelInvitation } from './cancel-invitation.js'
import { createInvitations, type InvitationResult } from './create-invitations.js'
import { listInvitations } from './list-invitations.js'
import { InvitationCreate, InvitationResend } from './request-schemas.js'
import { resendInvitation } from './resend-invitation.js'
import {
  InvitationResults,
  InvitationSchema,
  InvitationStatusSchema,
  InvitationWithLink,
  toInvitation
} from './schemas.js'
import { invitationSingle } from './single-invitation.js'

const tags = ['Invitations']
const Params = Type.Object({ ...OrganizationParams.properties, invitation_id: Id('inv') })
const read = { class: 'tenant', scope: 'invitations:read', permission: 'team.view' } as const
const write = (permission: 'member.invite' | 'invitation.resend' | 'invitation.cancel') =>
  ({ class: 'tenant', scope: 'invitations:write', permission }) as const

export const invitationRoutes: Routes = async (app, { deps }) => {
  app.addSchema(InvitationSchema)
  app.addSchema(InvitationResults)
  app.addSchema(InvitationWithLink)

  createInvitationsRoute(app, deps)
  listInvitationsRoute(app, deps)
  getInvitationRoute(app, deps)
  resendInvitationRoute(app, deps)
  cancelInvitationRoute(app, deps)
}

function createInvitationsRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/invitations',
    {
      config: { access: write('member.invite') },
      schema: {
        operationId: 'createInvitations',
        summary: 'Invite people, each with a result of their own',
        description:
          'With several addresses the answer is 201 as soon as one is invited, else 200; a bad ' +
          'address never fails the others. With one address its problem is the answer.',
        tags,
        params: OrganizationParams,
        querystring: ConfirmQuery,
        body: InvitationCreate,
        response: { 200: ref(InvitationResults), 201: ref(InvitationResults) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) =>
          createInvitations(deps, { ...ctx, ...answer }, request.body, request.query.confirm),
        toAnswer: (results) => ({
          status: results.some(({ problem }) => problem === undefined) ? 201 : 200,
          body: { data: results.map((result) => toItem(deps, ctx, result)) }
        })
      })
    }
  )
}

/** Policies say it in their own words under `invitation.created`. */
const CREATED = { en: 'Invitation sent', fr: 'Invitation envoyée' }

function toItem(deps: Deps, { locale, now, policy }: OrgContext, result: InvitationResult) {
  const { email } = result
  if (result.problem) {
    const problem = toProblemBody(result.problem, deps.config.publicUrl, {
      locale,
      texts: policy.policy.texts
    })
    return { status: 'error' as const, email, problem }
  }
  const { link } = result
  return {
    status: 'created' as const,
    email,
    message: textOf(policy.policy.texts, 'invitation.created', locale) ?? CREATED[locale],
    invitation: toInvitation(result.invitation, now),
    ...(link === undefined ? {} : { link })
  }
}

function listInvitationsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/invitations',
    {
      config: { access: read },
      schema: {
        operationId: 'listInvitations',
        summary: 'List invitations, newest first',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            status: Type.Optional(InvitationStatusSchema),
            email: Type.Optional(Type.String({ maxLength: 320 })),
            member_id: Type.Optional(Id('mem')),
            signup_page_id: Type.Optional(Id('sgp')),
            group_id: Type.Optional(Id('grp'))
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(InvitationSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { member_id: memberId, signup_page_id: signupPageId, group_id: groupId } = request.query
      const filter = { ...request.query, memberId, signupPageId, groupId }
      const page = await listInvitations(deps, ctx, filter, readPage('inv', request.query))
      return toPage(page, request.query.limit, (row) => toInvitation(row, ctx.now))
    }
  )
}

function getInvitationRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/invitations/:invitation_id',
    {
      config: { access: read, single: invitationSingle },
      schema: {
        operationId: 'getInvitation',
        summary: 'Get an invitation',
        tags,
        params: Params,
        response: { 200: ref(InvitationSchema) }
      }
    },
    async (request) => tellSingle(deps, request, invitationSingle)
  )
}

function resendInvitationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/invitations/:invitation_id/resend',
    {
      config: { access: write('invitation.resend'), single: invitationSingle },
      schema: {
        operationId: 'resendInvitation',
        summary: 'Send an invitation again, or get its link',
        tags,
        params: Params,
        querystring: ConfirmQuery,
        body: InvitationResend,
        response: { 200: ref(InvitationWithLink) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { invitation_id: id } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) =>
          resendInvitation(deps, { ...ctx, ...answer }, id, {
            via: request.body.via,
            confirmed: request.query.confirm
          }),
        toAnswer: ({ invitation, ...link }) =>
          ok({ ...link, invitation: toInvitation(invitation, ctx.now) })
      })
    }
  )
}

function cancelInvitationRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/invitations/:invitation_id',
    {
      config: { access: write('invitation.cancel'), single: invitationSingle },
      schema: {
        operationId: 'cancelInvitation',
        summary: 'Cancel an invitation: its link dies, its seat is free',
        tags,
        params: Params,
        querystring: ConfirmQuery,
        response: { 200: ref(InvitationSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { invitation_id: id } = request.params
      const row = await cancelInvitation(deps, ctx, id, request.query.confirm)
      return toInvitation(row, ctx.now)
    }
  )
}
