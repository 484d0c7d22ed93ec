import type { Static } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { toProblemBody } from '../../http/problem.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { faultOf } from './check-fields.js'
import { type Allocation, createAllocation } from './create-allocation.js'
import type { PlannedShare } from './plan-allocation.js'
import { AllocationCreate, AllocationQuery, AllocationSchema } from './schemas.js'

export const creditAllocationRoutes: Routes = async (app, { deps }) => {
  app.addSchema(AllocationSchema)

  createAllocationRoute(app, deps)
}

function createAllocationRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/credit-allocations',
    {
      config: {
        access: { class: 'tenant', scope: 'credits:write', permission: 'credits.allocate' }
      },
      schema: {
        operationId: 'createCreditAllocation',
        summary: 'Give out credits of the pool to many members at once',
        description:
          'Shares are whole credits; what does not divide stays in the pool. Whoever is named by id ' +
          'may be active or invited: what the invited get is reserved until they accept. Anybody ' +
          'else who is named gets an error of their own, and nobody gets more for it. Not for teams ' +
          'that share their pool. A dry run keeps no answer under an `Idempotency-Key`.',
        tags: ['Credits'],
        params: OrganizationParams,
        querystring: AllocationQuery,
        body: AllocationCreate,
        response: { 200: ref(AllocationSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { body: allocation, query } = request
      refuseFault(allocation)
      const dryRun = query.dry_run
      return answerOnce(deps, request, reply, {
        // A dry run must not answer for the distribution that follows it under the same key.
        run: (answer) =>
          createAllocation(deps, dryRun ? ctx : { ...ctx, ...answer }, allocation, { dryRun }),
        toAnswer: (done) => ok(toAllocation(deps, ctx, done))
      })
    }
  )
}

/** @throws Problem invalid_request */
function refuseFault(allocation: AllocationCreate): void {
  const [pointer, detail] = faultOf(allocation) ?? []
  if (pointer !== undefined) throw invalidRequest({ errors: [{ pointer, detail }] })
}

function toAllocation(
  deps: Deps,
  ctx: OrgContext,
  done: Allocation
): Static<typeof AllocationSchema> {
  return {
    strategy: done.strategy,
    dry_run: done.dryRun,
    total: done.total,
    remainder: done.remainder,
    unallocated: done.unallocated,
    data: done.shares.map((share) => toShare(deps, ctx, share, done))
  }
}

function toShare(
  deps: Deps,
  ctx: OrgContext,
  share: PlannedShare,
  { transfers }: Allocation
): Static<typeof AllocationSchema>['data'][number] {
  const { memberId, groupId, status, amount, problem } = share
  const transfer = transfers.get(share)
  const reader = { locale: ctx.locale, texts: ctx.policy.policy.texts }
  return {
    member_id: memberId,
    ...(groupId === undefined ? {} : { group_id: groupId }),
    status,
    amount,
    ...(transfer === undefined ? {} : { transfer_id: transfer.id }),
    ...(problem === undefined
      ? {}
      : { problem: toProblemBody(problem, deps.config.publicUrl, reader) })
  }
}
