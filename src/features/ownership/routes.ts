import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { ConfirmQuery, OrganizationParams, ref } from '../../schemas.js'
import { MemberSchema, toMember } from '../members/schemas.js'
import { OwnershipTransfer } from './schemas.js'
import { transferOwnership } from './transfer-ownership.js'

export const ownershipRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)

  transferOwnershipRoute(app, deps)
}

function transferOwnershipRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/transfer-ownership',
    {
      config: { access: { class: 'tenant', scope: 'members:write', permission: 'org.transfer' } },
      schema: {
        operationId: 'transferOwnership',
        summary: 'Give the owner’s role away, or share it, as the policy says',
        description: 'Answers with the new owner.',
        tags: ['Organizations'],
        params: OrganizationParams,
        querystring: ConfirmQuery,
        body: OwnershipTransfer,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { body, query } = request
      return answerOnce(deps, request, reply, {
        run: (answer) => transferOwnership(deps, { ...ctx, ...answer }, body, query.confirm),
        toAnswer: (row) => ok(toMember(row, ctx))
      })
    }
  )
}
