import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { ConfirmQuery, Id, OrganizationParams, ref } from '../../schemas.js'
import { InvitationSchema, LinkUrl, toInvitation } from '../invitations/schemas.js'
import { MemberDetailsSchema } from '../members/details-schemas.js'
import { MemberSchema, toMember } from '../members/schemas.js'
import { memberSingle } from '../members/single-member.js'
import { cancelReassignment } from './cancel-reassignment.js'
import { reassignMember } from './reassign-member.js'
import { Reassign } from './schemas.js'

const tags = ['Members']
const Params = Type.Object({ ...OrganizationParams.properties, member_id: Id('mem') })
const access = { class: 'tenant', scope: 'members:write', permission: 'member.reassign' } as const

const exampleOf = ({ examples }: { examples?: unknown }) => (examples as object[])[0]

const Reassignment = Type.Object(
  {
    member: ref(MemberSchema),
    invitation: ref(InvitationSchema),
    link: Type.Optional(LinkUrl)
  },
  {
    $id: 'Reassignment',
    examples: [
      {
        member: {
          ...exampleOf(MemberSchema),
          status: 'reassignment_pending',
          status_label: 'Reassignment pending'
        },
        invitation: {
          ...exampleOf(InvitationSchema),
          kind: 'reassignment',
          email: 'bo@acme.test'
        }
      }
    ]
  }
)

export const reassignmentRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)
  app.addSchema(MemberDetailsSchema)
  app.addSchema(InvitationSchema)
  app.addSchema(Reassignment)

  reassignMemberRoute(app, deps)
  cancelReassignmentRoute(app, deps)
}

function reassignMemberRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members/:member_id/reassign',
    {
      config: { access, single: memberSingle },
      schema: {
        operationId: 'reassignMember',
        summary: 'Offer a member’s account, and all that is on it, to another person',
        description:
          'Nobody has access until they accept; then they hold the same member. One that is ' +
          'pending is offered to somebody else in the same way: the link before dies.',
        tags,
        params: Params,
        querystring: ConfirmQuery,
        body: Reassign,
        response: { 200: ref(Reassignment) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { body: input, params, query } = request
      return answerOnce(deps, request, reply, {
        run: (answer) =>
          reassignMember(deps, { ...ctx, ...answer }, params.member_id, {
            input,
            confirmed: query.confirm
          }),
        toAnswer: ({ member, invitation, ...link }) =>
          ok({
            ...link,
            member: toMember(member, ctx),
            invitation: toInvitation(invitation, ctx.now)
          })
      })
    }
  )
}

function cancelReassignmentRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/members/:member_id/reassignment',
    {
      config: { access, single: memberSingle },
      schema: {
        operationId: 'cancelReassignment',
        summary: 'Give an account that waits for a new holder back to the present one',
        tags,
        params: Params,
        querystring: ConfirmQuery,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { params, query } = request
      return toMember(await cancelReassignment(deps, ctx, params.member_id, query.confirm), ctx)
    }
  )
}
