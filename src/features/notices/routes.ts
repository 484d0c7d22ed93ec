import type { Deps } from '../../deps.js'
import { orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { answerOnce } from '../../http/idempotency.js'
import { OrganizationParams, ref } from '../../schemas.js'
import { createNotice } from './create-notice.js'
import { NoticeCreate, NoticeSent } from './schemas.js'

export const noticeRoutes: Routes = async (app, { deps }) => {
  app.addSchema(NoticeSent)

  createNoticeRoute(app, deps)
}

function createNoticeRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/organizations/:organization_id/notifications',
    {
      config: {
        access: { class: 'tenant', scope: 'notices:write', permission: null, evenCanceled: true }
      },
      schema: {
        operationId: 'createNotice',
        summary: 'Mail a notice of yours to those whom it is for',
        description:
          'A billing reminder, special news: to the active members whose role has the permission, ' +
          'in the organization’s language, also of one whose subscription has ended. Only you, ' +
          'never a member. Whoever has unsubscribed, or whose address is suppressed, gets none; ' +
          'from billing reminders nobody unsubscribes.',
        tags: ['Notices'],
        params: OrganizationParams,
        body: NoticeCreate,
        response: { 202: ref(NoticeSent) }
      }
    },
    async (request, reply) =>
      answerOnce(deps, request, reply, {
        run: (answer) => createNotice(deps, { ...orgContext(request), ...answer }, request.body),
        toAnswer: ({ id, recipientCount }) => ({
          status: 202 as const,
          body: { id, recipients: recipientCount }
        })
      })
  )
}
