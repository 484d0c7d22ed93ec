import { type Static, Type } from '@sinclair/typebox'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce } from '../../http/idempotency.js'
import { toProblemBody } from '../../http/problem.js'
import { OrganizationParams, oneOf, ProblemSchema, ref } from '../../schemas.js'
import { MemberSchema, toMember } from '../members/schemas.js'
import { type ImportResult, importMembers } from './import-members.js'
import { ImportQuery, MemberImport } from './schemas.js'

const [ANA] = MemberSchema.examples as unknown[]

const ImportResults = Type.Object(
  {
    data: Type.Array(
      Type.Object({
        status: oneOf(['created', 'unchanged', 'error'], {
          description: '`unchanged`: the person is a member already, as the request says.'
        }),
        email: Type.String({ description: 'As it was given.' }),
        member: Type.Optional(ref(MemberSchema)),
        problem: Type.Optional(ref(ProblemSchema))
      }),
      { description: 'One for each person, in the order given.' }
    ),
    summary: Type.Object({
      created: Type.Integer(),
      unchanged: Type.Integer(),
      failed: Type.Integer()
    })
  },
  {
    $id: 'ImportResults',
    examples: [
      {
        data: [
          {
            status: 'created',
            email: 'ana@acme.test',
            member: ANA
          }
        ],
        summary: { created: 1, unchanged: 0, failed: 0 }
      }
    ]
  }
)

export const importRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MemberSchema)
  app.addSchema(ImportResults)

  importMembersRoute(app, deps)
}

function importMembersRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/members',
    {
      config: {
        access: {
          class: 'tenant',
          scope: 'members:write',
          permission: 'member.import',
          keyOnly: true
        }
      },
      schema: {
        operationId: 'importMembers',
        summary: 'Import people who are members already, without invitation or mail',
        description:
          'Each person has a result of their own, and a bad one never fails the others: 201 as ' +
          'soon as one is created, else 200. Repeating an import changes nothing. A dry run is ' +
          'always 200, and keeps no answer under an `Idempotency-Key`.',
        tags: ['Members'],
        params: OrganizationParams,
        querystring: ImportQuery,
        body: MemberImport,
        response: { 200: ref(ImportResults), 201: ref(ImportResults) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const { confirm: confirmed, dry_run: dryRun } = request.query
      return answerOnce(deps, request, reply, {
        // A dry run must not answer for the import that follows it under the same key.
        run: (answer) =>
          importMembers(deps, dryRun ? ctx : { ...ctx, ...answer }, request.body, {
            confirmed,
            dryRun
          }),
        toAnswer: (results) => {
          const body = toResults(deps, ctx, results)
          return { status: body.summary.created > 0 && !dryRun ? 201 : 200, body }
        }
      })
    }
  )
}

function toResults(
  deps: Deps,
  ctx: OrgContext,
  results: readonly ImportResult[]
): Static<typeof ImportResults> {
  const count = (status: ImportResult['status']) =>
    results.filter((result) => result.status === status).length
  return {
    data: results.map((result) => toItem(deps, ctx, result)),
    summary: { created: count('created'), unchanged: count('unchanged'), failed: count('error') }
  }
}

function toItem(deps: Deps, ctx: OrgContext, { status, email, member, problem }: ImportResult) {
  const reader = { locale: ctx.locale, texts: ctx.policy.policy.texts }
  return {
    status,
    email,
    ...(member === undefined ? {} : { member: toMember(member, ctx) }),
    ...(problem === undefined
      ? {}
      : { problem: toProblemBody(problem, deps.config.publicUrl, reader) })
  }
}
