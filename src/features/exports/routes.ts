import { Readable } from 'node:stream'
import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, created } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { createExport } from './create-export.js'
import { getExport } from './get-export.js'
import { listExports } from './list-exports.js'
import { readExport } from './read-export.js'
import { ExportFileAnswer, ExportParams, ExportSchema, NDJSON, toExport } from './schemas.js'

const tags = ['Exports']
/** Whether a canceled organization can be exported is the policy's. */
const access = { class: 'tenant', permission: 'data.export', evenCanceled: true } as const
const read = { ...access, scope: 'exports:read' } as const
const write = { ...access, scope: 'exports:write' } as const

export const exportRoutes: Routes = async (app, { deps }) => {
  app.addSchema(ExportSchema)

  createExportRoute(app, deps)
  listExportsRoute(app, deps)
  getExportRoute(app, deps)
  downloadExportRoute(app, deps)
}

function createExportRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/exports',
    {
      config: { access: write },
      schema: {
        operationId: 'createExport',
        summary: 'Export everything that the organization holds in Muster',
        description:
          'One at a time (`export_running`). The file is built in the background: it can be ' +
          'downloaded once the export is `finished`, until it expires after 7 days. Of a canceled ' +
          'organization only where its policy allows it.',
        tags,
        params: OrganizationParams,
        response: { 201: ref(ExportSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) => createExport(deps, { ...ctx, ...answer }),
        toAnswer: (row) => created(toExport(row, ctx.now))
      })
    }
  )
}

function listExportsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/exports',
    {
      config: { access: read },
      schema: {
        operationId: 'listExports',
        summary: 'List exports, newest first',
        tags,
        params: OrganizationParams,
        querystring: Type.Object({ ...PageQuery }, { additionalProperties: false }),
        response: { 200: Page(ExportSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const page = await listExports(deps, ctx, readPage('exp', request.query))
      return toPage(page, request.query.limit, (row) => toExport(row, ctx.now))
    }
  )
}

function getExportRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/exports/:export_id',
    {
      config: { access: read },
      schema: {
        operationId: 'getExport',
        summary: 'Get an export: whether it is finished, and how large it is',
        tags,
        params: ExportParams,
        response: { 200: ref(ExportSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toExport(await getExport(deps, ctx, request.params.export_id), ctx.now)
    }
  )
}

function downloadExportRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/exports/:export_id/download',
    {
      // Of a HEAD Fastify would read the file to its end.
      exposeHeadRoute: false,
      config: { access: read },
      schema: {
        operationId: 'downloadExport',
        summary: 'Download the file of a finished export',
        description:
          'NDJSON. First `export`, which says when and of what; then, in the shapes of this API, ' +
          '`organization`, `billing`, and one line for each `role` of its own, `group`, `member`, ' +
          '`group_member`, `signup_page`, `signup`, `invitation`, `join_request`, `domain_claim`, ' +
          '`notice`, `mail_suppression`, `billing_entry`, `past_export` and `event`. An export that ' +
          'is not finished is 409 `export_not_finished`, one that has expired 410 `export_expired`.',
        tags,
        params: ExportParams,
        response: { 200: ExportFileAnswer }
      }
    },
    async (request, reply) => {
      const file = await readExport(deps, orgContext(request), request.params.export_id)
      void reply.headers({
        'content-type': NDJSON,
        'content-length': file.byteCount,
        'content-disposition': `attachment; filename="${file.name}"`
      })
      return Readable.from(file.chunks, { objectMode: false })
    }
  )
}
