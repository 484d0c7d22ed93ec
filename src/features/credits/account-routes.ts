import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { Page, PageQuery, readPageOf, toPage } from '../../http/pagination.js'
import { Id, OrganizationParams, oneOf, ref } from '../../schemas.js'
import {
  CreditAccountSchema,
  CreditsSchema,
  MemberStatusSchema,
  toCreditAccount,
  toCredits
} from './account-schemas.js'
import { getCreditAccount } from './get-credit-account.js'
import { getCredits } from './get-credits.js'
import { ACCOUNT_SORTS, accountCursor, listCreditAccounts } from './list-credit-accounts.js'

const tags = ['Credits']
const read = { class: 'tenant', scope: 'credits:read', permission: 'credits.usage' } as const

export const creditAccountRoutes: Routes = async (app, { deps }) => {
  app.addSchema(CreditsSchema)
  app.addSchema(CreditAccountSchema)

  getCreditsRoute(app, deps)
  listCreditAccountsRoute(app, deps)
  getCreditAccountRoute(app, deps)
}

function getCreditsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credits',
    {
      config: { access: read },
      schema: {
        operationId: 'getCredits',
        summary: 'What there is of credits, and how many are left to hand out',
        description: 'What has expired by now, of credits, holds and invitations, is counted so.',
        tags,
        params: OrganizationParams,
        response: { 200: ref(CreditsSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toCredits(await getCredits(deps, ctx), ctx)
    }
  )
}

function listCreditAccountsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-accounts',
    {
      config: { access: read },
      schema: {
        operationId: 'listCreditAccounts',
        summary: 'List what each member has of credits and has used, the invited included',
        description: 'Removed members are listed only with `status=removed`.',
        tags,
        params: OrganizationParams,
        querystring: Type.Object(
          {
            ...PageQuery,
            status: Type.Optional(MemberStatusSchema),
            role: Type.Optional(Type.String({ maxLength: 48 })),
            group_id: Type.Optional(Id('grp')),
            q: Type.Optional(
              Type.String({
                minLength: 1,
                maxLength: 200,
                description: 'A fragment of name or address.'
              })
            ),
            sort: Type.Optional(
              oneOf(ACCOUNT_SORTS, {
                description:
                  'Begins with the most, or the latest; left out: in the order of creation.'
              })
            )
          },
          { additionalProperties: false }
        ),
        response: { 200: Page(CreditAccountSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { group_id: groupId, ...query } = request.query
      const page = await listCreditAccounts(
        deps,
        ctx,
        { ...query, groupId },
        readPageOf(accountCursor(query.sort), query)
      )
      return toPage(page, query.limit, (row) => toCreditAccount(row, ctx))
    }
  )
}

function getCreditAccountRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-accounts/:member_id',
    {
      config: { access: { ...read, permission: null } },
      schema: {
        operationId: 'getCreditAccount',
        summary: 'What a member has of credits and has used',
        description:
          'Members read their own; others’ take `credits.usage`. Removed members keep theirs.',
        tags,
        params: Type.Object({ ...OrganizationParams.properties, member_id: Id('mem') }),
        response: { 200: ref(CreditAccountSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      return toCreditAccount(await getCreditAccount(deps, ctx, request.params.member_id), ctx)
    }
  )
}
