import { type Static, Type } from '@sinclair/typebox'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { CSV } from '../../file-types.js'
import { keyContext, orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { clientGone } from '../../http/client-gone.js'
import { serviceUnavailable } from '../../http/errors.js'
import { chooseFile, createFileSender, refusePagesOfFiles } from '../../http/files.js'
import {
  Page,
  PageQuery,
  readCursor,
  readPage,
  toPage,
  writeCursor
} from '../../http/pagination.js'
import { OrganizationParams } from '../../schemas.js'
import { toCsv, toNdjson } from './event-files.js'
import { readTypePatterns } from './event-type-patterns.js'
import { createLogFollower } from './follow-log.js'
import { listEvents } from './list-events.js'
import { findLatest, readFeed } from './read-feed.js'
import type { Scanned } from './scan-events.js'
import {
  EventFiles,
  EventQuery,
  EventSchema,
  FeedQuery,
  FeedSchema,
  readEventFilter,
  toEvent
} from './schemas.js'
import { streamEvents } from './stream-events.js'

export const eventRoutes: Routes = async (app, { deps }) => {
  app.addSchema(EventSchema)

  listEventsRoute(app, deps)
  readFeedRoute(app, deps)
}

function listEventsRoute(app: App, deps: Deps): void {
  const sendFile = createFileSender(app)
  app.get(
    '/v1/organizations/:organization_id/events',
    {
      // Of a HEAD Fastify would read a file to its end.
      exposeHeadRoute: false,
      config: { access: { class: 'tenant', scope: 'events:read', permission: 'audit.view' } },
      preValidation: refusePagesOfFiles,
      schema: {
        operationId: 'listEvents',
        summary: 'List what happened in an organization, newest first',
        description:
          'With `Accept: application/x-ndjson` or `text/csv` it is a file of all that match, oldest ' +
          'first, which takes no `limit`, `cursor` or `include_total`.',
        tags: ['Events'],
        params: OrganizationParams,
        querystring: Type.Object({ ...PageQuery, ...EventQuery }, { additionalProperties: false }),
        response: {
          200: {
            content: { 'application/json': { schema: Page(EventSchema) }, ...EventFiles }
          }
        }
      }
    },
    async (request, reply) => {
      const ctx = orgContext(request)
      const filter = readEventFilter(request.query)
      const type = chooseFile(request)
      if (type === undefined) {
        const page = await listEvents(deps, ctx, filter, readPage('evt', request.query))
        return toPage(page, request.query.limit, toEvent)
      }
      const pages = await streamEvents(deps, ctx, filter)
      const text = type === CSV ? toCsv(pages) : toNdjson(pages)
      return sendFile(reply, { name: `events-${ctx.organizationId}`, type, text })
    }
  )
}

function readFeedRoute(app: App, deps: Deps): void {
  const follower = createLogFollower(deps.db)
  app.addHook('preClose', async () => {
    follower.close()
  })
  app.get(
    '/v1/events',
    {
      config: { access: { class: 'operator', scope: 'events:read' } },
      schema: {
        operationId: 'readEventFeed',
        summary: 'Read what happened everywhere, oldest first, and go on from there',
        description:
          'In one order for all who read, without gaps: an event that is committed late is never ' +
          'passed over. Keep `next_cursor` together with what you have made of the events, and go on ' +
          'from it; a cursor stays valid whatever is deleted meanwhile. With `wait` an answer comes as ' +
          'soon as there is an event. A key that is limited to organizations sees only theirs.',
        tags: ['Events'],
        querystring: FeedQuery,
        response: { 200: FeedSchema }
      }
    },
    async (request, reply) => {
      const ctx = keyContext(request)
      const { cursor, start, wait, limit, types, organization_id: organizationId } = request.query
      const scope = {
        organizationId,
        types: types === undefined ? undefined : readTypePatterns(types),
        apiKeyId: request.query.api_key_id
      }
      if (cursor !== undefined && start !== undefined) {
        throw wrongQuery('start', 'must be left out with a cursor')
      }
      if (start === 'latest') {
        const latest = await findLatest(deps, ctx, follower, scope)
        if (!latest) throw serviceUnavailable()
        return toFeed(latest)
      }
      const after = cursor === undefined ? 0 : readPosition(cursor)
      const place = { after, limit, waitMs: wait * 1_000, gone: clientGone(reply) }
      return toFeed(await readFeed(deps, ctx, follower, { ...scope, ...place }))
    }
  )
}

/** As many digits as a number holds for certain. */
const PLACE = '^pos_(0|[1-9][0-9]{0,14})$'
const readPosition = (cursor: string) => Number(readCursor(PLACE, cursor).slice('pos_'.length))

const toFeed = ({ rows, hasMore, reached }: Scanned): Static<typeof FeedSchema> => ({
  data: rows.map(toEvent),
  has_more: hasMore,
  next_cursor: writeCursor(`pos_${reached}`)
})

const wrongQuery = (name: string, detail: string) =>
  invalidRequest({ errors: [{ pointer: `querystring:/${name}`, detail }] })
