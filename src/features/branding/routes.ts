import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { tellSingle } from '../../http/etag.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { putBranding } from './put-branding.js'
import { BrandingPut, BrandingSchema, toBranding } from './schemas.js'
import { brandingSingle } from './single-branding.js'

const tags = ['Organizations']

export const brandingRoutes: Routes = async (app, { deps }) => {
  app.addSchema(BrandingSchema)

  putBrandingRoute(app, deps)
  getBrandingRoute(app, deps)
}

function putBrandingRoute(app: App, deps: Deps): void {
  app.put(
    '/v1/organizations/:organization_id/branding',
    {
      config: {
        access: { class: 'tenant', scope: 'organizations:write', permission: 'org.settings' },
        single: brandingSingle
      },
      schema: {
        operationId: 'putBranding',
        summary: 'Say how its pages look: their color and logo',
        description: 'Both of it: null is as everybody’s. On its pages alone, not in mails.',
        tags,
        params: OrganizationParams,
        body: BrandingPut,
        response: { 200: ref(BrandingSchema) }
      }
    },
    async (request) => toBranding(await putBranding(deps, orgContext(request), request.body))
  )
}

function getBrandingRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/branding',
    {
      config: {
        access: { class: 'tenant', scope: 'organizations:read', permission: 'team.view' },
        single: brandingSingle
      },
      schema: {
        operationId: 'getBranding',
        summary: 'How its pages look',
        tags,
        params: OrganizationParams,
        response: { 200: ref(BrandingSchema) }
      }
    },
    async (request) => tellSingle(deps, request, brandingSingle)
  )
}
