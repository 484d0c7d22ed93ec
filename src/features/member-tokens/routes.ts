import type { Deps } from '../../deps.js'
import { keyContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, created } from '../../http/idempotency.js'
import { signMemberToken } from '../../http/tokens.js'
import { ref } from '../../schemas.js'
import { createMemberToken } from './create-member-token.js'
import { MemberTokenCreate, MemberTokenSchema } from './schemas.js'

export const memberTokenRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberTokenSchema)

  createMemberTokenRoute(app, deps)
}

function createMemberTokenRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/member-tokens',
    {
      config: { access: { class: 'operator', scope: 'member-tokens:write' } },
      schema: {
        operationId: 'createMemberToken',
        summary: 'Make a short-lived token for the own browser of a member',
        description:
          'For products that sign no tokens of their own. With it the member does in this one ' +
          'organization what their role allows and the scopes of your key do, too. It is worth ' +
          'nothing as soon as the member is suspended, removed or another person, or the key is ' +
          'revoked.',
        tags: ['Member tokens'],
        body: MemberTokenCreate,
        response: { 201: ref(MemberTokenSchema) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) =>
          createMemberToken(deps, { ...keyContext(request), ...answer }, request.body),
        toAnswer: (claims) =>
          created({
            token: signMemberToken(app, deps, claims),
            expires_at: claims.expiresAt.toISOString(),
            organization_id: claims.organizationId,
            member_id: claims.memberId
          })
      })
  )
}
