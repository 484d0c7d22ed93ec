import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { creditsOf } from '../credits/rules.js'
import { putCreditSettings } from './put-credit-settings.js'
import { type CreditSettingsRow, findCreditSettings } from './queries.js'
import { CreditSettingsPut, CreditSettingsSchema, toCreditSettings } from './schemas.js'

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
        access: { class: 'tenant', scope: 'credits:write', permission: 'credits.allocate' }
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
      config: { access: { class: 'tenant', scope: 'credits:read', permission: 'credits.usage' } },
      schema: {
        operationId: 'getCreditSettings',
        summary: 'How the team uses its credits',
        tags,
        params: OrganizationParams,
        response: { 200: ref(CreditSettingsSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      creditsOf(ctx.policy.policy)
      return toAnswer(ctx, await findCreditSettings(deps.db, ctx.organizationId))
    }
  )
}

const toAnswer = (
  { organizationId, policy: { policy } }: OrgContext,
  settings: CreditSettingsRow | undefined
) => toCreditSettings({ organizationId, policy, settings })
