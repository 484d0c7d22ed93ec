import type { Static } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { enforceScope, orgContext } from '../../http/access.js'
import { answerInParts } from '../../http/answer-in-parts.js'
import type { App, Routes } from '../../http/app-types.js'
import { toProblemBody } from '../../http/problem.js'
import { ConfirmQuery, OrganizationParams, ref } from '../../schemas.js'
import type { Scope } from '../../scopes.js'
import type { BulkAction } from './act-on-members.js'
import { changeMembers, MEMBERS_AT_ONCE, type MemberResult } from './change-members.js'
import { MembersBulk, MembersBulkResults, readAction } from './schemas.js'

export const bulkRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MembersBulkResults)

  changeMembersRoute(app, deps)
}

/** What the same takes of a key when it is done to one. */
const SCOPES: Readonly<Partial<Record<BulkAction['action'], Scope>>> = {
  grant: 'resources:write',
  revoke: 'resources:write',
  add_to_group: 'groups:write',
  remove_from_group: 'groups:write'
}

function changeMembersRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members/bulk',
    {
      config: { access: { class: 'tenant', scope: 'members:write', permission: null } },
      schema: {
        operationId: 'changeMembers',
        summary: 'Do the same to many members',
        description:
          'Each member has a result of its own, the same as of the command on it alone, and a bad ' +
          'one never fails the others. They are changed in their order, at most ' +
          `${MEMBERS_AT_ONCE} in one transaction: sent again with the same \`Idempotency-Key\`, a ` +
          'request that broke off goes on where it was. `grant` and `revoke` take the scope ' +
          '`resources:write` as well, groups `groups:write`.',
        tags: ['Members'],
        params: OrganizationParams,
        querystring: ConfirmQuery,
        body: MembersBulk,
        response: { 200: ref(MembersBulkResults) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { body, query } = request
      const action = readAction(body)
      enforceScope(request, SCOPES[action.action] ?? 'members:write')
      const parts = await answerInParts(deps, request, reply, {
        parts: inParts(body.member_ids),
        run: (memberIds, { goesOn, ...answer }) => {
          const change = { action, memberIds, confirmed: query.confirm, goesOn }
          return changeMembers(deps, { ...ctx, ...answer }, change)
        },
        toBody: (results) => results.map((result) => toItem(deps, ctx, result))
      })
      return toResults(parts.flat())
    }
  )
}

function inParts(ids: readonly string[]): string[][] {
  const count = Math.ceil(ids.length / MEMBERS_AT_ONCE)
  return Array.from({ length: count }, (_, index) =>
    ids.slice(index * MEMBERS_AT_ONCE, (index + 1) * MEMBERS_AT_ONCE)
  )
}

type Results = Static<typeof MembersBulkResults>
type Item = Results['data'][number]

function toItem(deps: Deps, ctx: OrgContext, { memberId, outcome }: MemberResult): Item {
  const { status } = outcome
  if (status !== 'error') return { member_id: memberId, status }
  const reader = { locale: ctx.locale, texts: ctx.policy.policy.texts }
  const problem = toProblemBody(outcome.problem, deps.config.publicUrl, reader)
  return { member_id: memberId, status, problem }
}

function toResults(data: Item[]): Results {
  const count = (status: Item['status']) => data.filter((item) => item.status === status).length
  const summary = { done: count('done'), unchanged: count('unchanged'), failed: count('error') }
  return { data, summary }
}
