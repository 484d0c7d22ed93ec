import type { Deps } from '../../deps.js'
import { operatorContext, publicContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { publicLimits } from '../../http/limits.js'
import { vouchedUser } from '../../http/vouched-user.js'
import { ref } from '../../schemas.js'
import { MemberSchema, toMember } from '../members/schemas.js'
import { acceptInvitation } from './accept-invitation.js'
import { declineInvitation } from './decline-invitation.js'
import { lookupInvitation } from './lookup-invitation.js'
import { InvitationAccept, InvitationToken } from './request-schemas.js'
import { InvitationDeclined, InvitationOffer } from './schemas.js'

const tags = ['Invitations']

/** What is done by whoever holds the link of an invitation. */
export const invitationLinkRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)
  app.addSchema(InvitationOffer)
  app.addSchema(InvitationDeclined)

  lookupInvitationRoute(app, deps)
  acceptInvitationRoute(app, deps)
  declineInvitationRoute(app, deps)
}

function lookupInvitationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/invitations/lookup',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app),
      schema: {
        operationId: 'lookupInvitation',
        summary: 'What the link of an invitation offers; changes nothing',
        tags,
        body: InvitationToken,
        response: { 200: ref(InvitationOffer) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) =>
          lookupInvitation(
            deps,
            { ...publicContext(request, deps), ...answer },
            request.body.token
          ),
        toAnswer: ok
      })
  )
}

function acceptInvitationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/invitations/accept',
    {
      config: { access: { class: 'operator', scope: 'invitations:accept', orPerson: true } },
      schema: {
        operationId: 'acceptInvitation',
        summary: 'A person you have signed in takes the seat they were offered',
        description:
          'The same person accepting again gets the same member. With a token of your issuer the ' +
          'person accepts for themselves: its claims say who they are, and the body has no `user`.',
        tags,
        body: InvitationAccept,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request, reply) => {
      const caller = operatorContext(request)
      const user = vouchedUser(request, request.body.user)
      const { token } = request.body
      return answerOnce(deps, request, reply, {
        run: (answer) => acceptInvitation(deps, { ...caller, ...answer }, { token, user }),
        toAnswer: ({ member, policy }) => ok(toMember(member, { ...caller, policy }))
      })
    }
  )
}

function declineInvitationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/invitations/decline',
    {
      config: { access: { class: 'public' } },
      preHandler: publicLimits(app),
      schema: {
        operationId: 'declineInvitation',
        summary: 'Whoever holds the link turns the offer down',
        tags,
        body: InvitationToken,
        response: { 200: ref(InvitationDeclined) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) =>
          declineInvitation(
            deps,
            { ...publicContext(request, deps), ...answer },
            request.body.token
          ),
        toAnswer: () => ok({ status: 'declined' })
      })
  )
}
