import { Type } from '@sinclair/typebox'
import type { FastifyRequest } from 'fastify'
import type { Deps } from '../deps.js'
import { findOpenInvitation } from '../features/invitations/find-open-invitation.js'
import { publicContext } from '../http/access.js'
import type { App, Routes } from '../http/app-types.js'
import { publicLimits } from '../http/limits.js'
import { pageLocale, sendPage, showProblems } from './answers.js'
import { renderDeadLink, renderInvitation } from './invitation-view.js'

const BODY_BYTES_MAX = 1_024
const Params = Type.Object({ token: Type.String() })

/** Where the link of an invitation leads. Accepting is the product's: it knows who the person is. */
export const invitationPages: Routes = async (app, { deps }) => {
  // What a browser says of a form without fields. There is nothing in it to read.
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer' },
    async () => undefined
  )
  showProblems(app, { render: renderDeadLink, when: () => true })
  invitationPage(app, deps)
  acceptForm(app, deps)
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
      const context = pageContext(request, deps)
      const invitation = await findOpenInvitation(deps, deps.db, context, request.params.token)
      return sendPage(reply, renderInvitation(invitation, context.locale))
    }
  )
}

/** Accepts nothing itself: sends the person on, with the token, to where the product does. */
function acceptForm(app: App, deps: Deps): void {
  app.post(
    '/invitations/:token',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app),
      bodyLimit: BODY_BYTES_MAX,
      schema: { hide: true, params: Params }
    },
    async (request, reply) => {
      const { token } = request.params
      const context = pageContext(request, deps)
      const invitation = await findOpenInvitation(deps, deps.db, context, token)
      const { acceptUrl } = invitation
      if (acceptUrl !== undefined) return reply.redirect(withToken(acceptUrl, token), 303)
      return sendPage(reply, renderInvitation(invitation, context.locale), 409)
    }
  )
}

const pageContext = (request: FastifyRequest, deps: Deps) => ({
  ...publicContext(request, deps),
  locale: pageLocale(request)
})

function withToken(acceptUrl: string, token: string): string {
  const url = new URL(acceptUrl)
  url.searchParams.set('token', token)
  return url.href
}
