import type { Deps } from '../../deps.js'
import { wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce, ok } from '../../http/idempotency.js'
import { DEPLOYMENT_ID } from '../../ids.js'
import { ref } from '../../schemas.js'
import { eraseUser } from './erase-user.js'
import { exportUser } from './export-user.js'
import {
  toUserCreditAccount,
  toUserCreditRequest,
  toUserInvitation,
  toUserMembership,
  UserErased,
  UserExport,
  UserMemberships,
  UserParams,
  UserUpdate
} from './schemas.js'
import { updateUser } from './update-user.js'

const tags = ['Users']
const params = UserParams

export const userRoutes: Routes = async (app, { deps }) => {
  app.addSchema(UserExport)
  app.addSchema(UserMemberships)
  app.addSchema(UserErased)

  exportUserRoute(app, deps)
  updateUserRoute(app, deps)
  eraseUserRoute(app, deps)
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
      const told = await exportUser(deps, key, userId)
      const { members, invitations, accounts, requests, events } = told
      return {
        user_id: userId,
        memberships: members.map((row) => toUserMembership(row, key.now)),
        invitations: invitations.map((row) => toUserInvitation(row, key.now)),
        credit_accounts: accounts.map(toUserCreditAccount),
        credit_requests: requests.map(toUserCreditRequest),
        events: events.map(({ organizationId, id, type, occurredAt, data }) => ({
          organization_id: organizationId === DEPLOYMENT_ID ? null : organizationId,
          id,
          type,
          occurred_at: occurredAt.toISOString(),
          data
        }))
      }
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
        summary: 'Correct what a person is called, in every team they are or were in',
        tags,
        params,
        body: UserUpdate,
        response: { 200: ref(UserMemberships) }
      }
    },
    async (request) => {
      const { user_id: userId } = request.params
      const updated = await updateUser(deps, wholeDeployment(request), userId, request.body)
      return { user_id: userId, updated }
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
