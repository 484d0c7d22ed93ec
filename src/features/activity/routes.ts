import type { Static } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { toProblemBody } from '../../http/problem.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { MemberSchema, toMember } from '../members/schemas.js'
import { recordActivities } from './record-activities.js'
import { recordActivity } from './record-activity.js'
import type { ReportResult } from './report.js'
import {
  ActivityParams,
  ActivityReport,
  ActivityReports,
  ActivityResults,
  toReport,
  toReports
} from './schemas.js'

const tags = ['Members']
const access = {
  class: 'tenant',
  scope: 'members:write',
  permission: null,
  keyOnly: true
} as const

export const activityRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)
  app.addSchema(ActivityResults)

  recordActivityRoute(app, deps)
  recordActivitiesRoute(app, deps)
}

function recordActivityRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members/:member_id/activity',
    {
      config: { access },
      preValidation: fillBody,
      schema: {
        operationId: 'recordActivity',
        summary: 'Tell that a member is active, or was',
        description:
          'Without a body: right now. The newest wins, and is written down at most once a minute. ' +
          'A member tells of itself only.',
        tags,
        params: ActivityParams,
        body: ActivityReport,
        response: { 200: ref(MemberSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const report = toReport(request.body, request.params.member_id, ctx.now)
      return answerOnce(deps, request, reply, {
        run: (answer) => recordActivity(deps, { ...ctx, ...answer }, report),
        toAnswer: (row) => ok(toMember(row, ctx))
      })
    }
  )
}

/** Most hosts say nothing but that somebody is here, and send no body. */
function fillBody(request: { body: unknown }, _reply: unknown, done: () => void): void {
  request.body ??= {}
  done()
}

function recordActivitiesRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/activity',
    {
      config: { access },
      schema: {
        operationId: 'recordActivities',
        summary: 'Tell of the activity of up to 1,000 members at once',
        description:
          'Each report has a result of its own, and a bad one never fails the others. The newest ' +
          'wins, whatever the order in which reports arrive, and is written down at most once a ' +
          'minute: for the activity, the sign-in, and the use of what a member has itself.',
        tags,
        params: OrganizationParams,
        body: ActivityReports,
        response: { 200: ref(ActivityResults) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const reports = toReports(request.body, ctx.now)
      return answerOnce(deps, request, reply, {
        run: (answer) => recordActivities(deps, { ...ctx, ...answer }, reports),
        toAnswer: (results) => ok(toResults(deps, ctx, results))
      })
    }
  )
}

function toResults(
  { config }: Deps,
  { locale, policy }: OrgContext,
  results: readonly ReportResult[]
): Static<typeof ActivityResults> {
  const reader = { locale, texts: policy.policy.texts }
  const count = (status: ReportResult['status']) =>
    results.filter((result) => result.status === status).length
  return {
    data: results.map(({ status, problem }) =>
      problem === undefined
        ? { status }
        : { status, problem: toProblemBody(problem, config.publicUrl, reader) }
    ),
    summary: {
      recorded: count('recorded'),
      unchanged: count('unchanged'),
      failed: count('error')
    }
  }
}
