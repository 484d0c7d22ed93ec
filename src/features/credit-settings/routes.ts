import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { putCreditSettings } from './put-credit-settings.js'
import { type CreditSettingsRow } from './queries.js'
import { CreditSettingsPut, CreditSettingsSchema, toCreditSettings } from './schemas.js'
import { creditSettingsSingle } from './single-credit-settings.js'

const tags = ['Credits']

export const creditSettingsRoutes: Routes = async (app, { deps }) => {
  app.addSchema(CreditSettingsSchema)

  putCreditSettingsRoute(app, deps)
  getCreditSettingsRoute(app, deps)
}

function putCreditSettingsRoute(app: App, deps: Deps): void {
  app.put(
    '/v1/organizations/:organization_id/credit-settings',
    {
      config: {
        access: { class: 'tenant', scope: 'credits:write', permission: 'credits.allocate' },
        single: creditSettingsSingle
      },
      schema: {
        operationId: 'putCreditSettings',
        summary: 'Choose how the team uses its credits',
        description:
          'One of the modes that its policy offers, else 422 `credit_mode_not_offered`. Nothing ' +
          'moves by it: what members have stays theirs.',
        tags,
        params: OrganizationParams,
        body: CreditSettingsPut,
        response: { 200: ref(CreditSettingsSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toAnswer(ctx, await putCreditSettings(deps, ctx, request.body.mode))
    }
  )
}

function getCreditSettingsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-settings',
    {
      config: {
        access: { class: 'tenant', scope: 'credits:read', permission: 'credits.usage' },
        single: creditSettingsSingle
      },
      schema: {
        operationId: 'getCreditSettings',
        summary: 'How the team uses its credits',
        tags,
        params: OrganizationParams,
        response: { 200: ref(CreditSettingsSchema) }
      }
    },
    async (request) => tellSingle(deps, request, creditSettingsSingle)
  )
}

const toAnswer = (
  { organizationId, policy: { policy } }: OrgContext,
  settings: CreditSettingsRow | undefined
) => toCreditSettings({ organizationId, policy, settings })
