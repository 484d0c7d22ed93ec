import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { OrganizationParams } from '../../schemas.js'
import { listEvents } from './list-events.js'
import { EventSchema, EventTypeSchema, toEvent } from './schemas.js'

export const eventRoutes: Routes = async (app, { deps }) => {
  app.addSchema(EventSchema)

  listEventsRoute(app, deps)
}

function listEventsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/events',
    {
      config: { access: { class: 'tenant', scope: 'events:read', permission: 'audit.view' } },
      schema: {
        operationId: 'listEvents',
        summary: 'List what happened in an organization, newest first',
        tags: ['Events'],
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            type: Type.Optional(EventTypeSchema),
            subject_id: Type.Optional(Type.String({ maxLength: 64 }))
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(EventSchema) }
      }
    },
    async (request) => {
      const { type, subject_id: subjectId, ...query } = request.query
      const page = await listEvents(
        deps,
        orgContext(request),
        { type, subjectId },
        readPage('evt', query)
      )
      return toPage(page, query.limit, toEvent)
    }
  )
}
