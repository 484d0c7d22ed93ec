import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../deps.js'
import { findBranding } from '../features/branding/queries.js'
import { declineInvitation } from '../features/invitations/decline-invitation.js'
import { findOpenInvitation } from '../features/invitations/find-open-invitation.js'
import type { App, Routes } from '../http/app-types.js'
import { publicLimits } from '../http/limits.js'
import { pageContext, sendPage, showProblems } from './answers.js'
import { renderDecline, renderDeclined } from './decline-view.js'
import { Form, refuseCrossSite, registerForms } from './forms.js'
import { renderDeadInvitation, renderInvitation } from './invitation-view.js'
import { themeOf } from './theme.js'

const Params = Type.Object({ token: Type.String() })

/** Where the link of an invitation leads. Accepting is the product's: it knows who the person is. */
export const invitationPages: Routes = async (app, { deps }) => {
  await registerForms(app)
  showProblems(app, { render: renderDeadInvitation, when: () => true })
  invitationPage(app, deps)
  invitationForm(app, deps)
}

/** Changes nothing, as mail scanners open links too. */
function invitationPage(app: App, deps: Deps): void {
  app.get(
    '/invitations/:token',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app),
      schema: { hide: true, params: Params }
    },
    async (request, reply) => {
      const { context, invitation, theme } = await open(deps, request, request.params.token)
      const render = asksToDecline(request) ? renderDecline : renderInvitation
      return sendPage(reply, render(invitation, context.locale, theme))
    }
  )
}

/**
 * Accepts nothing itself: sends the person on, with the token, to where the product does. Declining
 * needs nobody else, so that is done.
 */
function invitationForm(app: App, deps: Deps): void {
  app.post(
    '/invitations/:token',
    {
      config: { access: { class: 'public' } },
      onRequest: refuseCrossSite(deps.config.publicUrl),
      preHandler: publicLimits(app),
      schema: {
        hide: true,
        params: Params,
        body: Form({ action: Type.Optional(Type.Literal('decline')) })
      }
    },
    async (request, reply) => {
      const { token } = request.params
      const { context, invitation, theme } = await open(deps, request, token)
      const { acceptUrl } = invitation
      if (request.body.action === 'decline') {
        await declineInvitation(deps, context, token)
        return sendPage(reply, renderDeclined(invitation, context.locale, theme))
      }
      if (acceptUrl !== undefined) return reply.redirect(withToken(acceptUrl, token), 303)
      return sendPage(reply, renderInvitation(invitation, context.locale, theme), 409)
    }
  )
}

/** `?decline=1`, whatever else a mail program has added to the address. */
function asksToDecline({ query }: FastifyRequest): boolean {
  return (query as { decline?: unknown }).decline === '1'
}

async function open(deps: Deps, request: FastifyRequest, token: string) {
  const context = pageContext(request, deps)
  const invitation = await findOpenInvitation(deps, deps.db, context, token)
  const theme = themeOf(await findBranding(deps.db, invitation.organizationId))
  return { context, invitation, theme }
}

function withToken(acceptUrl: string, token: string): string {
  const url = new URL(acceptUrl)
  url.searchParams.set('token', token)
  return url.href
}
