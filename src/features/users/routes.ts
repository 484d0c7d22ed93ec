import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { notFound } from '../../errors.js'
import { operatorContext, wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { ref } from '../../schemas.js'
import { eraseUser } from './erase-user.js'
import { exportUser } from './export-user.js'
import { listMemberships } from './list-memberships.js'
import { MembershipQuery, MembershipSchema, toMembership } from './membership-schemas.js'
import { UserErased, UserExport, UserParams, UserUpdate, UserUpdated } from './schemas.js'
import { toUserExport } from './to-user-export.js'
import { updateUser } from './update-user.js'

const tags = ['Users']
const params = UserParams

export const userRoutes: Routes = async (app, { deps }) => {
  app.addSchema(UserExport)
  app.addSchema(UserUpdated)
  app.addSchema(UserErased)
  app.addSchema(MembershipSchema)

  listMembershipsRoute(app, deps)
  exportUserRoute(app, deps)
  updateUserRoute(app, deps)
  eraseUserRoute(app, deps)
}

function listMembershipsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/users/:user_id/memberships',
    {
      config: { access: { class: 'operator', scope: 'users:read', orPerson: true } },
      schema: {
        operationId: 'listUserMemberships',
        summary: 'Every organization to which a person belongs',
        description:
          'So that they can switch between a personal account and those of teams. A key that is ' +
          'limited to some organizations sees these alone. Of whom nobody knows the list is empty. ' +
          'It is asked by you for whom you have signed in, not on behalf of a member: a member is ' +
          'one of one organization. With a token of your issuer a person asks for themselves alone.',
        tags,
        params,
        querystring: Type.Object(
          { ...PageQuery, ...MembershipQuery },
          { additionalProperties: false }
        ),
        response: { 200: Page(MembershipSchema) }
      }
    },
    async (request) => {
      const caller = operatorContext(request)
      const { user_id: userId } = request.params
      if ('person' in caller && caller.person.id !== userId) throw notFound()
      const { status, include_removed: includeRemoved, ...query } = request.query
      const filter = { userId, status, includeRemoved }
      const page = await listMemberships(deps, caller, filter, readPage('mem', query))
      return toPage(page, query.limit, (row) => toMembership(row, caller.locale))
    }
  )
}

function exportUserRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/users/:user_id/export',
    {
      config: { access: { class: 'operator', scope: 'users:read' } },
      schema: {
        operationId: 'exportUser',
        summary: 'All that is held of a person, in every organization',
        tags,
        params,
        response: { 200: ref(UserExport) }
      }
    },
    async (request) => {
      const key = wholeDeployment(request)
      const { user_id: userId } = request.params
      return toUserExport(await exportUser(deps, key, userId), key.now)
    }
  )
}

function updateUserRoute(app: App, deps: Deps): void {
  app.patch(
    '/v1/users/:user_id',
    {
      config: { access: { class: 'operator', scope: 'users:write' } },
      schema: {
        operationId: 'updateUser',
        summary: 'Correct who a person is, in every team they are or were in',
        description:
          'Name and picture reach every membership; the address those whose policy lets `email` be ' +
          'changed and where nobody else has it: `skipped` says of the others why.',
        tags,
        params,
        body: UserUpdate,
        response: { 200: ref(UserUpdated) }
      }
    },
    async (request) => {
      const { user_id: userId } = request.params
      const key = wholeDeployment(request)
      const { updated, skipped } = await updateUser(deps, key, userId, request.body)
      return {
        user_id: userId,
        updated,
        skipped: skipped.map((one) => ({ organization_id: one.organizationId, code: one.code }))
      }
    }
  )
}

function eraseUserRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/users/:user_id/erase',
    {
      config: { access: { class: 'operator', scope: 'users:write' } },
      schema: {
        operationId: 'eraseUser',
        summary: 'Forget who a removed person was; what happened stays',
        description: 'Only of whoever is in no team any more. It cannot be undone.',
        tags,
        params,
        response: { 200: ref(UserErased) }
      }
    },
    async (request, reply) => {
      const key = wholeDeployment(request)
      const { user_id: userId } = request.params
      return answerOnce(deps, request, reply, {
        run: (answer) => eraseUser(deps, { ...key, ...answer }, userId),
        toAnswer: ok
      })
    }
  )
}
