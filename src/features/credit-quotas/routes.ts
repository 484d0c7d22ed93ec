import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { putCreditQuotas } from './put-credit-quotas.js'
import { CreditQuotasPut, CreditQuotasSchema, toCreditQuotas } from './schemas.js'
import { creditQuotasSingle } from './single-credit-quotas.js'

const tags = ['Credits']

export const creditQuotaRoutes: Routes = async (app, { deps }) => {
  app.addSchema(CreditQuotasSchema)

  putCreditQuotasRoute(app, deps)
  getCreditQuotasRoute(app, deps)
}

function putCreditQuotasRoute(app: App, deps: Deps): void {
  app.put(
    '/v1/organizations/:organization_id/credit-quotas',
    {
      config: {
        access: { class: 'tenant', scope: 'credits:write', permission: 'credits.allocate' },
        single: creditQuotasSingle,
        tellsOtherwise: true
      },
      schema: {
        operationId: 'putCreditQuotas',
        summary: 'Say what members get to spend each month',
        description:
          'In the mode `monthly_quota`. All of it: what is left out is unset. A member gets its own ' +
          'quota, else its role’s, else what the policy says of the role, else everybody’s. When a ' +
          'month begins in the organization’s time zone, its balance is filled up to that from the ' +
          'pool: what is left is neither added nor taken away. Whoever was not filled up this month ' +
          'is at once. Where the pool is short nobody is, and `refill` says what is missing.',
        tags,
        params: OrganizationParams,
        body: CreditQuotasPut,
        response: { 200: ref(CreditQuotasSchema) }
      }
    },
    async (request) =>
      toCreditQuotas(await putCreditQuotas(deps, orgContext(request), request.body))
  )
}

function getCreditQuotasRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-quotas',
    {
      config: {
        access: { class: 'tenant', scope: 'credits:read', permission: 'credits.usage' },
        single: creditQuotasSingle
      },
      schema: {
        operationId: 'getCreditQuotas',
        summary: 'What members get to spend each month, and how this month’s refill stands',
        tags,
        params: OrganizationParams,
        response: { 200: ref(CreditQuotasSchema) }
      }
    },
    async (request) => tellSingle(deps, request, creditQuotasSingle)
  )
}
