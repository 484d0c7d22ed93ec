import { Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { publicContext, wholeDeployment } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { MAIL_EVENTS, publicLimits } from '../../http/limits.js'
import { Page, PageQuery, readPage, toPage } from '../../http/pagination.js'
import { idPattern } from '../../ids.js'
import { Email, ref } from '../../schemas.js'
import { deleteSuppression } from './delete-suppression.js'
import { mailEventsOff, signatureInvalid } from './errors.js'
import { listSuppressions } from './list-suppressions.js'
import { receiveMailEvent } from './receive-mail-event.js'
import { MailEvent, MailEventTaken, MailSuppressionSchema, toMailSuppression } from './schemas.js'
import { isSigned } from './verify-signature.js'

const tags = ['Mail']
const EVENT_BYTES_MAX = 16_384

export const suppressionRoutes: Routes = async (app, { deps }) => {
  app.addSchema(MailSuppressionSchema)

  listSuppressionsRoute(app, deps)
  deleteSuppressionRoute(app, deps)
  await app.register(mailEventRoutes, { deps })
}

/** A scope of its own: only here the body is read as it was signed. */
const mailEventRoutes: Routes = async (app, { deps }) => {
  readSignedBodies(app, deps)
  receiveMailEventRoute(app, deps)
}

/** Proves who sends before what was sent is understood: a stranger learns nothing of either. */
function readSignedBodies(app: App, deps: Deps): void {
  const secret = deps.config.mailEventsSecret
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'string', bodyLimit: EVENT_BYTES_MAX },
    (request, raw, done) => {
      const { headers } = request
      const isTrue =
        secret !== undefined && isSigned(secret, { headers, raw: String(raw) }, deps.now())
      if (!isTrue) done(signatureInvalid())
      else void parse(request, String(raw), done)
    }
  )
  app.addHook('onRequest', async () => {
    if (secret === undefined) throw mailEventsOff()
  })
  app.addHook('preValidation', async ({ body }) => {
    if (body === undefined) throw signatureInvalid() // Nothing was sent that could be signed.
  })
}

function receiveMailEventRoute(app: App, deps: Deps): void {
  app.post(
    '/v1/mail-events',
    {
      // Told twice it changes nothing, whatever the key.
      config: { access: { class: 'public' }, changesNothing: true },
      onRequest: publicLimits(app, MAIL_EVENTS),
      bodyLimit: EVENT_BYTES_MAX,
      schema: {
        operationId: 'receiveMailEvent',
        summary: 'Tell what became of a mail: a bounce, a complaint',
        description:
          'For your mail provider, or whatever translates what it tells: a delivery of Standard ' +
          'Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`), signed with ' +
          '`MUSTER_MAIL_EVENTS_SECRET`, at most five minutes old. No API key. Telling it again ' +
          'changes nothing.',
        tags,
        body: MailEvent,
        response: { 200: MailEventTaken }
      }
    },
    async (request) => ({
      changed: await receiveMailEvent(deps, publicContext(request, deps), request.body)
    })
  )
}

function listSuppressionsRoute(app: App, deps: Deps): void {
  app.get(
    '/v1/mail-suppressions',
    {
      config: { access: { class: 'operator', scope: 'mail-suppressions:read' } },
      schema: {
        operationId: 'listMailSuppressions',
        summary: 'List addresses to which nothing is sent, newest first',
        tags,
        querystring: Type.Object(
          { ...PageQuery, email: Type.Optional(Email) },
          { additionalProperties: false }
        ),
        response: { 200: Page(MailSuppressionSchema) }
      }
    },
    async (request) => {
      wholeDeployment(request)
      const { email, ...query } = request.query
      const page = await listSuppressions(deps, { email }, readPage('sup', query))
      return toPage(page, query.limit, toMailSuppression)
    }
  )
}

function deleteSuppressionRoute(app: App, deps: Deps): void {
  app.delete(
    '/v1/mail-suppressions/:email',
    {
      config: { access: { class: 'operator', scope: 'mail-suppressions:write' } },
      schema: {
        operationId: 'deleteMailSuppression',
        summary: 'Send mails to an address again',
        description:
          'Of the list that holds for every team; with `organization_id`, of those who have ' +
          'unsubscribed from that team.',
        tags,
        params: Type.Object({ email: Email }),
        querystring: Type.Object(
          { organization_id: Type.Optional(Type.String({ pattern: idPattern('org') })) },
          { additionalProperties: false }
        ),
        response: { 200: ref(MailSuppressionSchema) }
      }
    },
    async (request) => {
      const { email } = request.params
      const { organization_id: organizationId } = request.query
      const key = wholeDeployment(request)
      return toMailSuppression(await deleteSuppression(deps, key, { email, organizationId }))
    }
  )
}
