import { Type } from '@sinclair/typebox'
import type { FastifyReply } from 'fastify'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { CSV } from '../../file-types.js'
import { orgContext } from '../../http/access.js'
import { answerAs } from '../../http/alternative.js'
import type { App, Routes } from '../../http/app-types.js'
import { chooseFile, createFileSender, refusePagesOfFiles, wrongQuery } from '../../http/files.js'
import { Page, PageQuery, readPage, readPageOf, toPage } from '../../http/pagination.js'
import { OrganizationParams } from '../../schemas.js'
import { AsOf, MemberAsOfSchema, toMemberAsOf } from './as-of-schemas.js'
import { MemberDetailsSchema, toMemberDetails } from './details-schemas.js'
import { listMembers } from './list-members.js'
import { listMembersAsOf } from './list-members-as-of.js'
import {
  ListQuery,
  MemberFiles,
  OF_TODAY,
  readMemberFilter,
  readMemberOrder
} from './list-schemas.js'
import { toCsv, toNdjson } from './member-files.js'
import { memberCursor } from './member-order.js'
import { streamMembers } from './stream-members.js'

const PageAsOf = Type.Object({ ...Page(MemberAsOfSchema).properties, as_of: AsOf })

export const memberListRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberDetailsSchema)
  app.addSchema(MemberAsOfSchema)

  listMembersRoute(app, deps)
}

function listMembersRoute(app: App, deps: Deps): void {
  const sendFile = createFileSender(app)
  app.get(
    '/v1/organizations/:organization_id/members',
    {
      // Of a HEAD Fastify would read a file to its end.
      exposeHeadRoute: false,
      config: { access: { class: 'tenant', scope: 'members:read', permission: 'team.view' } },
      preValidation: refusePagesOfFiles,
      schema: {
        operationId: 'listMembers',
        summary: 'List members, the invited included',
        description:
          'Removed members are listed only with `status=removed`. With `Accept: ' +
          'application/x-ndjson` or `text/csv` it is a file of all that match, which takes no `limit`, ' +
          '`cursor` or `include_total`. With `as_of` it is who belonged to the organization then, from ' +
          'its log: that takes `audit.view` as well, and is 410 `before_retention` of an instant from ' +
          'which the log is no longer kept.',
        tags: ['Members'],
        params: OrganizationParams,
        querystring: Type.Object({ ...PageQuery, ...ListQuery }, { additionalProperties: false }),
        response: {
          200: {
            content: { 'application/json': { schema: Page(MemberDetailsSchema) }, ...MemberFiles }
          }
        },
        alternatives: { 200: PageAsOf }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { query } = request
      const type = chooseFile(request)
      if (query.as_of !== undefined) {
        if (type !== undefined) throw wrongQuery('as_of', 'must be left out: it has no file')
        return answerAsOf(deps, ctx, reply, { ...query, as_of: query.as_of })
      }
      const asked = { filter: readMemberFilter(query), order: readMemberOrder(query) }
      if (type === undefined) {
        const page = readPageOf(memberCursor(asked.order), query)
        const found = await listMembers(deps, ctx, asked, page)
        return toPage(found, query.limit, (row) => toMemberDetails(row, ctx))
      }
      const pages = streamMembers(deps, ctx, asked)
      const text = type === CSV ? toCsv(pages, ctx) : toNdjson(pages, ctx)
      return sendFile(reply, { name: `members-${ctx.organizationId}`, type, text })
    }
  )
}

async function answerAsOf(
  deps: Deps,
  ctx: OrgContext,
  reply: FastifyReply,
  query: ListQuery & {
    readonly as_of: string
    readonly limit: number
    readonly include_total: boolean
  }
): Promise<FastifyReply> {
  const given = OF_TODAY.find((name) => query[name] !== undefined)
  if (given !== undefined) throw wrongQuery(given, 'Must be left out beside `as_of`.')
  const { limit, status, role } = query
  const filter = { asOf: new Date(query.as_of), status, role }
  const page = await listMembersAsOf(deps, ctx, filter, readPage('mem', query))
  const told = toPage(page, limit, (row) => toMemberAsOf(row, ctx.policy))
  return answerAs(reply, PageAsOf, { ...told, as_of: filter.asOf.toISOString() })
}
