import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { Id, OrganizationParams, ref } from '../../schemas.js'
import { getCreditUsage } from './get-credit-usage.js'
import type { Span } from './usage-days.js'
import { CreditUsageSchema, QueryInstant, toCreditUsage, UsageBySchema } from './usage-schemas.js'

const DAY_MS = 86_400_000
const DAYS_DEFAULT = 30
const DAYS_MAX = 400

export const creditUsageRoutes: Routes = async (app, { deps }) => {
  app.addSchema(CreditUsageSchema)

  getCreditUsageRoute(app, deps)
}

function getCreditUsageRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/credit-usage',
    {
      config: {
        access: { class: 'tenant', scope: 'credits:read', permission: 'credits.usage' }
      },
      schema: {
        operationId: 'getCreditUsage',
        summary: 'What was used, by member, group, day or what you say of a spend',
        description:
          'The most first; days in order, those of the organization’s time zone, each of them. A ' +
          'refund counts on its own day, with the member and the metadata of what is refunded. Who ' +
          'is in several groups counts in each.',
        tags: ['Credits'],
        params: OrganizationParams,
        querystring: Type.Object(
          {
            by: UsageBySchema,
            from: Type.Optional(QueryInstant('Left out: 30 days before `to`.')),
            to: Type.Optional(
              QueryInstant('Excluded; at most 400 days after `from`. Left out: now.')
            ),
            member_id: Type.Optional(Id('mem')),
            group_id: Type.Optional(Id('grp'))
          },
          { additionalProperties: false }
        ),
        response: { 200: ref(CreditUsageSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { by, member_id: memberId, group_id: groupId } = request.query
      const span = readSpan(request.query, ctx.now)
      const usage = await getCreditUsage(deps, ctx, { ...span, by, memberId, groupId })
      return toCreditUsage(usage, { ...span, by })
    }
  )
}

/** @throws Problem invalid_request */
function readSpan(query: { readonly from?: string; readonly to?: string }, now: Date): Span {
  const to = query.to === undefined ? now : new Date(query.to)
  const from =
    query.from === undefined ? new Date(to.getTime() - DAYS_DEFAULT * DAY_MS) : new Date(query.from)
  const days = (to.getTime() - from.getTime()) / DAY_MS
  if (days > 0 && days <= DAYS_MAX) return { from, to }
  const detail = `Must be before \`to\`, and at most ${DAYS_MAX} days.`
  throw invalidRequest({ errors: [{ pointer: 'querystring:/from', detail }] })
}
