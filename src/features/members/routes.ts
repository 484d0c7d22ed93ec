import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ExternalId, Id, OrganizationParams, ref, UserId } from '../../schemas.js'
import { getMember } from './get-member.js'
import { listMembers } from './list-members.js'
import { MemberSchema, MemberStatusSchema, toMember } from './schemas.js'

const tags = ['Members']

export const memberRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)

  listMembersRoute(app, deps)
  getMemberRoute(app, deps)
}

function listMembersRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/members',
    {
      config: { access: { class: 'tenant', scope: 'members:read', permission: 'team.view' } },
      schema: {
        operationId: 'listMembers',
        summary: 'List members, the invited included',
        description: 'Removed members are listed only with `status=removed`.',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            status: Type.Optional(MemberStatusSchema),
            role: Type.Optional(Type.String({ maxLength: 48 })),
            email: Type.Optional(Type.String({ maxLength: 320 })),
            user_id: Type.Optional(UserId),
            external_id: Type.Optional(ExternalId),
            q: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 200,
                description: 'A fragment of name or address.'
              })
            )
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(MemberSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { user_id: userId, external_id: externalId, ...query } = request.query
      const filter = { ...query, userId, externalId }
      const page = await listMembers(deps, ctx, filter, readPage('mem', query))
      return toPage(page, query.limit, (row) => toMember(row, ctx))
    }
  )
}

function getMemberRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/members/:member_id',
    {
      config: { access: { class: 'tenant', scope: 'members:read', permission: 'team.view' } },
      schema: {
        operationId: 'getMember',
        summary: 'Get a member',
        tags,
        params: Type.Object({ ...OrganizationParams.properties, member_id: Id('mem') }),
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toMember(await getMember(deps, ctx, request.params.member_id), ctx)
    }
  )
}
