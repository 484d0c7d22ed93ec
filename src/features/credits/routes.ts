import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { readIdempotencyKey } from '../../http/idempotency.js'
import { toProblemBody } from '../../http/problem.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { createTransfers } from './create-transfers.js'
import { createLedger, type Ledger } from './ledger.js'
import { readTransfers } from './read-transfer.js'
import {
  CreditTransferCreate,
  CreditTransferResults,
  CreditTransferSchema,
  toCreditTransfer
} from './schemas.js'
import type { TransferOutcome } from './transfer-request.js'

export const creditRoutes: Routes = async (app, { deps }) => {
  app.addSchema(CreditTransferSchema)
  app.addSchema(CreditTransferResults)

  createTransfersRoute(app, deps, createLedger(deps))
}

function createTransfersRoute(app: App, deps: Deps, ledger: Ledger): void {
  app.post(
    '/v1/organizations/:organization_id/credit-transfers',
    {
      config: {
        access: { class: 'tenant', scope: 'credits:write', permission: 'credits.allocate' }
      },
      schema: {
        operationId: 'createCreditTransfers',
        summary: 'Move credits: top up, hand out, take back, spend, hold',
        description:
          '`top_up`: you give the organization credits. `allocate`, `reclaim`, `move`: the pool gives ' +
          'a member some, takes back what it has not used, or one gives another. `spend`: a member, ' +
          'or nobody in particular, uses some; in the mode `shared_pool` the pool pays. `refund`: of ' +
          'the spend or capture `transfer_id`, all that is left of it or `amount`. `hold` keeps some ' +
          'aside (for 10 minutes unless told otherwise, at most 7 days); `capture` spends all of it ' +
          'or `amount`, and the rest is back; `release` gives it back. Members may allocate, reclaim ' +
          'and move. An Idempotency-Key (of many in one request: each one’s `idempotency_key`) is the ' +
          'transfer’s own and kept as long as it. 429 `ledger_busy`: nothing was done, try again.',
        tags: ['Credits'],
        params: OrganizationParams,
        body: CreditTransferCreate,
        response: { 200: ref(CreditTransferResults), 201: ref(CreditTransferSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const wanted = readTransfers(request.body, readIdempotencyKey(request), ctx.now)
      const outcomes = await createTransfers(ledger, ctx, wanted)
      if (wanted.isMany) return { data: outcomes.map((outcome) => toItem(deps, ctx, outcome)) }
      const [outcome] = outcomes
      if (outcome?.status === 'refused') throw outcome.problem
      if (!outcome || outcome.status === 'nothing') throw new Error('a transfer was not written')
      if (outcome.status === 'replayed') void reply.header('idempotent-replayed', 'true')
      void reply.code(201)
      return toCreditTransfer(outcome.transfer)
    }
  )
}

function toItem({ config }: Deps, { locale, policy }: OrgContext, outcome: TransferOutcome) {
  if (outcome.status === 'nothing') throw new Error('requests name how much they reclaim')
  if (outcome.status !== 'refused') {
    return { status: outcome.status, transfer: toCreditTransfer(outcome.transfer) }
  }
  const { texts } = policy.policy
  const problem = toProblemBody(outcome.problem, config.publicUrl, { locale, texts })
  return { status: 'error' as const, problem }
}
