import { Readable } from 'node:stream'
import { type Static, Type } from '@sinclair/typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../../deps.js'
import { invalidRequest } from '../../errors.js'
import { chooseType } from '../../http/accept.js'
import { keyContext, orgContext } from '../../http/access.js'
import type { App, Routes } from '../../http/app-types.js'
import { clientGone } from '../../http/client-gone.js'
import { serviceUnavailable } from '../../http/errors.js'
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
  CSV,
  EventFiles,
  EventQuery,
  EventSchema,
  FeedQuery,
  FeedSchema,
  NDJSON,
  readEventFilter,
  toEvent
} from './schemas.js'
import { streamEvents } from './stream-events.js'

export const eventRoutes: Routes = async (app, { deps }) => {
  app.addSchema(EventSchema)

  listEventsRoute(app, deps)
  readFeedRoute(app, deps)
}

/** What is a page and what is a file, the first where a client does not care. */
const LIST_TYPES = ['application/json', NDJSON, CSV] as const
const fileName = (organizationId: string, type: typeof NDJSON | typeof CSV) =>
  `events-${organizationId}.${type === CSV ? 'csv' : 'ndjson'}`
const OF_PAGES = Object.keys(PageQuery)

function listEventsRoute(app: App, deps: Deps): void {
  const sending = new Set<Readable>()
  app.addHook('preClose', async () => {
    for (const file of sending) file.destroy(new Error('the server stops'))
  })
  app.get(
    '/v1/organizations/:organization_id/events',
    {
      // Of a HEAD Fastify would read a file to its end.
      exposeHeadRoute: false,
      config: { access: { class: 'tenant', scope: 'events:read', permission: 'audit.view' } },
      preValidation: refuseOtherTypes,
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
      const type = chooseType(request, LIST_TYPES)
      if (type === 'application/json') {
        const page = await listEvents(deps, ctx, filter, readPage('evt', request.query))
        return toPage(page, request.query.limit, toEvent)
      }
      const pages = await streamEvents(deps, ctx, filter)
      const text = type === CSV ? toCsv(pages) : toNdjson(pages)
      const file = Readable.from(text, { objectMode: false })
      sending.add(file)
      file.once('close', () => sending.delete(file))
      void reply.headers({
        'content-type': type === CSV ? `${CSV}; charset=utf-8; header=present` : type,
        'content-disposition': `attachment; filename="${fileName(ctx.organizationId, type)}"`
      })
      return file
    }
  )
}

/** Before what is left out is filled in: a file has neither pages nor a total. */
async function refuseOtherTypes(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.header('vary', 'Accept')
  if (chooseType(request, LIST_TYPES) === 'application/json') return
  const given = OF_PAGES.find((name) => Object.hasOwn(request.query as object, name))
  if (given !== undefined) throw wrongQuery(given, 'must be left out: a file has all of them')
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
        types: types === undefined ? undefined : readTypePatterns(types)
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
