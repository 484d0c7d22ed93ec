import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { keyContext, wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { refuseDeepBody } from '../../http/deep-body.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPageOf, toPage } from '../../http/pagination.js'
import { KEY } from '../../policy/keys.js'
import { ref } from '../../schemas.js'
import { checkPolicyDocument } from './check-policy.js'
import { getPolicy } from './get-policy.js'
import { listPolicies } from './list-policies.js'
import { putPolicy } from './put-policy.js'
import {
  PolicyCheckRequest,
  PolicyCheckSchema,
  PolicyParams,
  PolicyPut,
  PolicyQuery,
  PolicySchema,
  PolicySummarySchema,
  toPolicy,
  toPolicyCheck,
  toPolicySummary
} from './schemas.js'
import { policySingle } from './single-policy.js'

const tags = ['Policies']

export const policyRoutes: Routes = async (app, { deps }) => {
  app.addSchema(PolicySummarySchema)
  app.addSchema(PolicySchema)
  app.addSchema(PolicyCheckSchema)

  listPoliciesRoute(app, deps)
  getPolicyRoute(app, deps)
  putPolicyRoute(app, deps)
  checkPolicyRoute(app, deps)
}

function listPoliciesRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/policies',
    {
      config: { access: { class: 'operator', scope: 'policies:read' } },
      schema: {
        operationId: 'listPolicies',
        summary: 'List the policies by key, each by its newest version',
        tags,
        querystring: Type.Object(PageQuery, { additionalProperties: false }),
        response: { 200: Page(PolicySummarySchema) }
      }
    },
    async (request) => {
      wholeDeployment(request)
      const page = await listPolicies(deps, readPageOf(KEY.source, request.query))
      return toPage(page, request.query.limit, toPolicySummary)
    }
  )
}

function getPolicyRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/policies/:key',
    {
      config: { access: { class: 'operator', scope: 'policies:read' }, single: policySingle },
      schema: {
        operationId: 'getPolicy',
        summary: 'Get the newest version of a policy, or an earlier one',
        tags,
        params: PolicyParams,
        querystring: PolicyQuery,
        response: { 200: ref(PolicySchema) }
      }
    },
    async (request) => {
      wholeDeployment(request)
      return toPolicy(await getPolicy(deps.db, request.params.key, request.query.version))
    }
  )
}

function putPolicyRoute(app: App, deps: Deps): void {
  app.put(
    '/v1/policies/:key',
    {
      config: { access: { class: 'operator', scope: 'policies:write' }, single: policySingle },
      preValidation: refuseDeepBody,
      schema: {
        operationId: 'putPolicy',
        summary: 'Make a policy, or a new version that its organizations follow at once',
        description:
          'A document that says what the newest version says makes no other. A version that ' +
          'leaves members without a role is refused unless `role_mapping` sends them to another. ' +
          'The body may have 1 MiB; one call changes roles in at most 10,000 organizations and ' +
          'of at most 10,000 members.',
        tags,
        params: PolicyParams,
        body: PolicyPut,
        response: { 200: ref(PolicySchema), 201: ref(PolicySchema) }
      }
    },
    async (request, reply) => {
      const { key } = request.params
      const { row, isFirst } = await putPolicy(deps, wholeDeployment(request), {
        key,
        input: request.body
      })
      void reply.code(isFirst ? 201 : 200)
      return toPolicy(row)
    }
  )
}

function checkPolicyRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/policies/check',
    {
      config: { access: { class: 'operator', scope: 'policies:read' } },
      preValidation: refuseDeepBody,
      schema: {
        operationId: 'checkPolicy',
        summary: 'Tell what is wrong with a policy, and what would follow from it',
        description:
          'Looks for what members could do by any sequence of allowed acts, in small teams. Takes ' +
          'up to some seconds; one policy is checked at a time (429).',
        tags,
        body: PolicyCheckRequest,
        response: { 200: ref(PolicyCheckSchema) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) =>
          checkPolicyDocument(deps, { ...keyContext(request), ...answer }, request.body.document),
        toAnswer: (check) => ok(toPolicyCheck(check))
      })
  )
}
