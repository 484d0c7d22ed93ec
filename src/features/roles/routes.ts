import type { FastifyRequest } from 'fastify'
import type { OrgContext } from '../../context.js'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { askedAbout, orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, created } from '../../http/idempotency.js'
import { ConfirmQuery, OrganizationParams, ref } from '../../schemas.js'
import { toAuthorization } from './authorization.js'
import { authorizeMany, authorizeOne, type Reads } from './authorize.js'
import {
  AuthorizationSchema,
  AuthorizeAnswer,
  AuthorizeBody,
  type Check
} from './authorize-schemas.js'
import { faultOf, needsFacts } from './check.js'
import { createRole } from './create-role.js'
import { deleteRole } from './delete-role.js'
import { createFindStandings } from './find-standings.js'
import { listRoles } from './list-roles.js'
import { ruleOn } from './ruling.js'
import {
  RoleCreate,
  RoleMatrixSchema,
  RoleParams,
  RoleSchema,
  RoleUpdate,
  toRole
} from './schemas.js'
import { updateRole } from './update-role.js'

const tags = ['Roles']
const write = { class: 'tenant', scope: 'roles:write', permission: 'role.manage' } as const

export const roleRoutes: Routes = async (app, { deps }) => {
  app.addSchema(RoleSchema)
  app.addSchema(RoleMatrixSchema)
  app.addSchema(AuthorizationSchema)
  app.addSchema(AuthorizeAnswer)

  listRolesRoute(app, deps)
  createRoleRoute(app, deps)
  updateRoleRoute(app, deps)
  deleteRoleRoute(app, deps)
  authorizeRoute(app, deps)
}

function listRolesRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/organizations/:organization_id/roles',
    {
      config: { access: { class: 'tenant', scope: 'roles:read', permission: null } },
      schema: {
        operationId: 'listRoles',
        summary: 'The permission matrix: every role, and who may do what',
        tags,
        params: OrganizationParams,
        response: { 200: ref(RoleMatrixSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { roles, permissions } = await listRoles(deps, ctx)
      return {
        data: roles.map((role) => toRole(role, ctx.locale)),
        permissions: permissions.map((row) => ({ ...row, roles: [...row.roles] }))
      }
    }
  )
}

function createRoleRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/roles',
    {
      config: { access: write },
      schema: {
        operationId: 'createRole',
        summary: 'Make a role of the organization’s own',
        description:
          'Where the policy has such roles. Nobody puts into one what they lack themselves.',
        tags,
        params: OrganizationParams,
        querystring: ConfirmQuery,
        body: RoleCreate,
        response: { 201: ref(RoleSchema) }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      return answerOnce(deps, request, reply, {
        run: (answer) =>
          createRole(deps, { ...ctx, ...answer }, request.body, request.query.confirm),
        toAnswer: (role) => created(toRole(role, ctx.locale))
      })
    }
  )
}

function updateRoleRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/organizations/:organization_id/roles/:role_key',
    {
      config: { access: write },
      schema: {
        operationId: 'updateRole',
        summary: 'Change a role of the organization’s own, for its holders at once',
        tags,
        params: RoleParams,
        querystring: ConfirmQuery,
        body: RoleUpdate,
        response: { 200: ref(RoleSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const change = { input: request.body, confirmed: request.query.confirm }
      return toRole(await updateRole(deps, ctx, request.params.role_key, change), ctx.locale)
    }
  )
}

function deleteRoleRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/organizations/:organization_id/roles/:role_key',
    {
      config: { access: write },
      schema: {
        operationId: 'deleteRole',
        summary: 'Delete a role of the organization’s own that nobody has',
        tags,
        params: RoleParams,
        querystring: ConfirmQuery,
        response: { 200: ref(RoleSchema) }
      }
    },
    async (request) => {
      const ctx = orgContext(request)
      const { role_key: key } = request.params
      return toRole(await deleteRole(deps, ctx, key, request.query.confirm), ctx.locale)
    }
  )
}

/** Whom a single check names: looked up with the caller. */
function subjectOf(body: unknown) {
  const { user_id: userId, member_id: memberId } = body as AuthorizeBody
  if (userId !== undefined) return { kind: 'user', userId } as const
  return memberId === undefined ? undefined : ({ kind: 'member', memberId } as const)
}

function authorizeRoute(app: App, deps: Deps): void {
  const reads = { deps, findStandings: createFindStandings(deps) }
  app.post(
    '/v1/organizations/:organization_id/authorize',
    {
      config: {
        access: {
          class: 'tenant',
          scope: 'authorize',
          permission: null,
          subjectOf,
          evenCanceled: true
        },
        changesNothing: true
      },
      schema: {
        operationId: 'authorize',
        summary: 'Whether a member may do something, or many such checks',
        description:
          'Read anew for every request: what was changed before it was sent is seen, on every ' +
          'instance. It changes nothing, so an `Idempotency-Key` means nothing here: no earlier ' +
          'answer is ever repeated. Confirmations are not asked for. A kind of client is asked ' +
          'about where the check names one, or where it is about the acting member and ' +
          '`Muster-Channel` does; else `channels` says from which alone it is allowed.',
        tags,
        params: OrganizationParams,
        body: AuthorizeBody,
        response: { 200: ref(AuthorizeAnswer) }
      }
    },
    (request) => answerChecks(reads, request, request.body)
  )
}

/** One check on a permission alone is answered from what was read to prove the caller. */
async function answerChecks(reads: Reads, request: FastifyRequest, body: AuthorizeBody) {
  const ctx = orgContext(request)
  const asking = askedAbout(request)
  if (body.checks) {
    const checks = readMany(body, body.checks, ctx)
    const rulings = await authorizeMany(reads, ctx, checks, asking)
    return { data: rulings.map((ruling) => toAuthorization(ruling, ctx)) }
  }
  const check = readOne(body, ctx)
  if (!needsFacts(check)) return toAuthorization(ruleOn(ctx, check, { subject: asking }), ctx)
  return toAuthorization(await authorizeOne(reads, ctx, check, asking), ctx)
}

function readOne(body: AuthorizeBody, ctx: OrgContext): Check {
  const { permission } = body
  if (permission === undefined) throw wrong('#/permission', 'must be given, or checks')
  const check = body as Check
  refuseFault(check, ctx, '#')
  return check
}

function readMany(body: AuthorizeBody, checks: readonly Check[], ctx: OrgContext) {
  const [beside] = Object.keys(body).filter((field) => field !== 'checks')
  if (beside !== undefined) throw wrong(`#/${beside}`, 'must not stand beside checks')
  checks.forEach((check, index) => {
    refuseFault(check, ctx, `#/checks/${index}`)
  })
  return checks
}

function refuseFault(check: Check, { actor }: OrgContext, pointer: string): void {
  const fault = faultOf(check, actor.type === 'member')
  if (fault) throw wrong(`${pointer}/${fault[0]}`, fault[1])
}

const wrong = (pointer: string, detail: string) => invalidRequest({ errors: [{ pointer, detail }] })
