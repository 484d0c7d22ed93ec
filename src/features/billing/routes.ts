import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { Page, PageQuery, readPageOf, toPage } from '../../http/pagination.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { ENTRY_NUMBER, listBillingEntries } from './list-billing-entries.js'
import { putBilling } from './put-billing.js'
import {
  BillingEntrySchema,
  BillingPush,
  BillingSchema,
  EntryKindSchema,
  toBillingAnswer,
  toBillingEntry
} from './schemas.js'
import { billingSingle } from './single-billing.js'

const tags = ['Billing']

export const billingRoutes: Routes = async (app, { deps }) => {
  app.addSchema(BillingSchema)
  app.addSchema(BillingEntrySchema)

  putBillingRoute(app, deps)
  getBillingRoute(app, deps)
  listBillingEntriesRoute(app, deps)
}

function putBillingRoute(app: App, deps: Deps): void {
  app.put(
    '/v1/organizations/:organization_id/billing',
    {
      config: {
        access: { class: 'tenant', scope: 'billing:write', permission: 'billing.edit' },
        single: billingSingle
      },
      schema: {
        operationId: 'putBilling',
        summary: 'Tell what your billing knows: plan, seats, period, prices, overdue invoices',
        description:
          'All of it: what is left out is unset. Only you, never a member. Muster takes no money; ' +
          'it tells you what became due.',
        tags,
        params: OrganizationParams,
        body: BillingPush,
        response: { 200: ref(BillingSchema) }
      }
    },
    async (request) => {
      const { seats_through: seatsThrough, ...billing } = request.body
      return toBillingAnswer(await putBilling(deps, orgContext(request), { billing, seatsThrough }))
    }
  )
}

function getBillingRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/billing',
    {
      config: {
        access: { class: 'tenant', scope: 'billing:read', permission: 'billing.view' },
        single: billingSingle
      },
      schema: {
        operationId: 'getBilling',
        summary: 'What your billing has told, and the money credits',
        tags,
        params: OrganizationParams,
        response: { 200: ref(BillingSchema) }
      }
    },
    async (request) => tellSingle(deps, request, billingSingle)
  )
}

function listBillingEntriesRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/billing-entries',
    {
      config: { access: { class: 'tenant', scope: 'billing:read', permission: 'billing.view' } },
      schema: {
        operationId: 'listBillingEntries',
        summary: 'List what became due, oldest first',
        description:
          'Charges and credits are to the day: a charge has the day on which it became due and the ' +
          'rest of the period, a credit the days after it. Amounts are `unit_price × quantity × ' +
          'days / days_of`, rounded half up once.',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            kind: Type.Optional(EntryKindSchema),
            subject_id: Type.Optional(Type.String({ maxLength: 64 }))
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(BillingEntrySchema) }
      }
    },
    async (request) => {
      const { kind, subject_id: subjectId, ...query } = request.query
      const filter = { kind, subjectId }
      const page = await listBillingEntries(
        deps,
        orgContext(request),
        filter,
        readPageOf(ENTRY_NUMBER.source, query)
      )
      return toPage(page, query.limit, ({ entry }) => toBillingEntry(entry))
    }
  )
}
