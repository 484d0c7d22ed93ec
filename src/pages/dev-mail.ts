import { Type } from '@sinclair/typebox'
import { notFound } from '../errors.js'
import type { Routes } from '../http/app-types.js'
import { DEV_MAIL_LIMITS, publicLimits } from '../http/limits.js'
import { idPattern } from '../ids.js'
import { findKeptMail, type KeptMail, listKeptMails } from '../mail/kept.js'
import { sendPage, showProblems, wantsHtml } from './answers.js'
import { renderMail, renderMailList } from './dev-mail-view.js'
import { renderProblem } from './problems-view.js'

const LIST_MAX = 100
const MAIL_ID = new RegExp(idPattern('mail'))

/**
 * The mails that were kept instead of sent. Whoever can read these pages can use the links in them:
 * the app mounts them only where that is meant.
 */
export const devMailPages: Routes = async (app, { deps }) => {
  const shelf = { db: deps.db, seal: deps.sealer }
  showProblems(app, { render: renderProblem, when: wantsHtml })

  app.get(
    '/dev/mail',
    {
      config: { access: { class: 'public' } },
      onRequest: publicLimits(app, DEV_MAIL_LIMITS),
      schema: {
        hide: true,
        querystring: Type.Object(
          { to: Type.Optional(Type.String({ maxLength: 320 })) },
          { additionalProperties: false }
        )
      }
    },
    async (request, reply) => {
      const to = request.query.to?.trim() || undefined
      const filter = to === undefined ? {} : { to }
      const mails = await listKeptMails(shelf, { ...filter, limit: LIST_MAX })
      void reply.header('vary', 'accept')
      if (wantsHtml(request)) return sendPage(reply, renderMailList(mails, to))
      return { data: mails.map(toKeptMail) }
    }
  )

  app.get(
    '/dev/mail/:mail_id',
    {
      config: { access: { class: 'public' } },
      onRequest: publicLimits(app, DEV_MAIL_LIMITS),
      schema: { hide: true, params: Type.Object({ mail_id: Type.String() }) }
    },
    async (request, reply) => {
      const { mail_id: id } = request.params
      const mail = MAIL_ID.test(id) ? await findKeptMail(shelf, id) : undefined
      if (!mail) throw notFound()
      return sendPage(reply, renderMail(mail, linksIn(mail.text)))
    }
  )
}

function toKeptMail(mail: KeptMail) {
  return {
    id: mail.id,
    message_id: mail.messageId,
    to: mail.to,
    from: mail.from,
    subject: mail.subject,
    text: mail.text,
    links: linksIn(mail.text),
    created_at: mail.createdAt.toISOString()
  }
}

function linksIn(text: string): string[] {
  return text.match(/https?:\/\/[^\s<>"]+/g) ?? []
}
