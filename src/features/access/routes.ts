import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { writeCursor } from '../../http/pagination.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { AccessParams, AccessSchema, toAccess } from './access-schemas.js'
import { explainAccess } from './explain-access.js'
import { reviewAccess } from './review-access.js'
import { AccessReview, ReviewQuery, readPlace, toReview } from './review-schemas.js'

const tags = ['Access']

export const accessRoutes: Routes = async (app, { deps }) => {
  app.addSchema(AccessSchema)
  app.addSchema(AccessReview)

  explainAccessRoute(app, deps)
  reviewAccessRoute(app, deps)
}

function explainAccessRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/members/:member_id/access',
    {
      config: {
        access: { class: 'tenant', scope: 'members:read', permission: null, evenCanceled: true }
      },
      schema: {
        operationId: 'explainAccess',
        summary: 'Tell every reason why a member gets in or not, and what mends it',
        description:
          'Each check by itself, in order. Members are told of themselves; of others it takes ' +
          '`team.view` and `audit.view`.',
        tags,
        params: AccessParams,
        response: { 200: ref(AccessSchema) }
      }
    },
    async (request) =>
      toAccess(await explainAccess(deps, orgContext(request), request.params.member_id))
  )
}

function reviewAccessRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/access-review',
    {
      config: { access: { class: 'tenant', scope: 'members:read', permission: 'audit.view' } },
      schema: {
        operationId: 'reviewAccess',
        summary: 'Find whose access is worth a look, each with what mends it',
        description:
          'By the policy’s thresholds (`access_review`): who has not been here, roles with many ' +
          'holders, offers that nobody takes, who is suspended for long, grants that nobody uses ' +
          '(once you tell of uses at all), resources that wait to be made, that nobody holds though ' +
          'they are for one person, or that nobody owns where only owners settle them, and groups ' +
          'without anybody. With `group_id` or `role` it tells of these members alone, and of what ' +
          'they have. Kind after kind, in each what has been so for longest first.',
        tags,
        params: OrganizationParams,
        querystring: ReviewQuery,
        response: { 200: ref(AccessReview) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { kind, group_id: groupId, role, limit, cursor } = request.query
      const after = cursor === undefined ? undefined : readPlace(cursor)
      const review = await reviewAccess(deps, ctx, { kind, groupId, role, limit, after })
      return toReview(review, { limit, writeCursor }, ctx)
    }
  )
}
