import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { Id, OrganizationParams, ref } from '../../schemas.js'
import { getCreditTransfer } from './get-credit-transfer.js'
import { listCreditTransfers } from './list-credit-transfers.js'
import { CreditTransferSchema, TransferKindSchema, toCreditTransfer } from './schemas.js'
import { QueryInstant } from './usage-schemas.js'

const tags = ['Credits']
const read = { class: 'tenant', scope: 'credits:read', permission: 'credits.usage' } as const

export const creditTransferListRoutes: Routes = async (app, { deps }) => {
  app.addSchema(CreditTransferSchema)

  listCreditTransfersRoute(app, deps)
  getCreditTransferRoute(app, deps)
}

function listCreditTransfersRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-transfers',
    {
      config: { access: read },
      schema: {
        operationId: 'listCreditTransfers',
        summary: 'List every movement of credits, newest first',
        description: 'None is ever changed or deleted: what was wrong is offset by another.',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            member_id: Type.Optional({
              ...Id('mem'),
              description: 'Whoever spends, gets or gives.'
            }),
            kind: Type.Optional(TransferKindSchema),
            transfer_id: Type.Optional({
              ...Id('trf'),
              description: 'The spend, hold or top-up to which they refer.'
            }),
            reference: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
            from: Type.Optional(QueryInstant('Not before.')),
            to: Type.Optional(QueryInstant('Before.'))
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(CreditTransferSchema) }
      }
    },
    async (request) => {
      const { member_id: memberId, kind, transfer_id: ofId, reference, ...query } = request.query
      const page = await listCreditTransfers(
        deps,
        orgContext(request),
        { memberId, kind, ofId, reference, from: toDate(query.from), to: toDate(query.to) },
        readPage('trf', query)
      )
      return toPage(page, query.limit, toCreditTransfer)
    }
  )
}

const toDate = (text: string | undefined) => (text === undefined ? undefined : new Date(text))

function getCreditTransferRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-transfers/:credit_transfer_id',
    {
      config: { access: read },
      schema: {
        operationId: 'getCreditTransfer',
        summary: 'Get one movement of credits',
        tags,
        params: Type.Object({ ...OrganizationParams.properties, credit_transfer_id: Id('trf') }),
        response: { 200: ref(CreditTransferSchema) }
      }
    },
    async (request) => {
      const { credit_transfer_id: id } = request.params
      return toCreditTransfer(await getCreditTransfer(deps, orgContext(request), id))
    }
  )
}
