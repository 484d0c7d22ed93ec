import { Type } from '@sinclair/typebox'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
  type RouteOptions
} from 'fastify'
import type { Deps } from '../deps.js'
import { invalidRequest, notFound } from '../errors.js'
import { newId } from '../ids.js'
import { answerUnreadable } from './client-error.js'
import { type Compiling, createCompilers } from './compilers.js'
import { observeRequests, routeOf } from './observe-requests.js'
import { createErrorHandler } from './problem.js'
import { traceRequests } from './trace-requests.js'
import { findUnstorable } from './validation.js'

export const BODY_BYTES_MAX = 1_048_576
const REQUEST_TIMEOUT_MS = 30_000
const PARAM_LENGTH_MAX = 320
const REQUEST_ID = /^[\w.:-]{1,128}$/

/** Fastify as every process of Muster uses it: strict input, problem answers, quiet logs. */
export function createServer(deps: Deps, compiling: Compiling = 'at_first_use'): FastifyInstance {
  const { config } = deps
  const handleError = createErrorHandler(config.publicUrl, deps.metrics)
  const headersOf = standardHeaders(config.publicUrl.startsWith('https:'))
  const loggerInstance: FastifyBaseLogger = deps.log
  const app: FastifyInstance = Fastify({
    loggerInstance,
    // Our own line at the end of a request names the route: an address may hold a token.
    logController: new LogController({ disableRequestLogging: true }),
    // Nor does Fastify log for a request then: our lines name it themselves, no logger for each.
    childLoggerFactory: (logger) => logger,
    schemaController: { compilersFactory: createCompilers(compiling) },
    bodyLimit: BODY_BYTES_MAX,
    requestTimeout: REQUEST_TIMEOUT_MS,
    clientErrorHandler: answerUnreadable(config.publicUrl),
    frameworkErrors: (_error, request, reply) => {
      // No hook runs for an address that cannot be read. It names nothing.
      void handleError(notFound(), request, reply.headers(headersOf(request)))
    },
    routerOptions: { maxParamLength: PARAM_LENGTH_MAX },
    trustProxy: config.trustedProxies.length > 0 ? [...config.trustedProxies] : false,
    genReqId: ({ headers }) => {
      const given = headers['x-request-id']
      return typeof given === 'string' && REQUEST_ID.test(given) ? given : newId('req')
    }
  })

  app.setErrorHandler(handleError)
  app.removeContentTypeParser('text/plain')
  app.setNotFoundHandler(() => {
    throw notFound()
  })
  app.addHook('onRoute', refuseUnknownQuery)
  observeRequests(app, deps.metrics)
  if (deps.tracing) traceRequests(app, deps.tracing)
  app.addHook('onRequest', (request, reply, done) => {
    void reply.headers(headersOf(request))
    forgetTypeOfNothing(request)
    done()
  })
  app.addHook('preHandler', (request, _reply, done) => {
    const fault = faultOf(request)
    done(fault && invalidRequest({ errors: [fault] }))
  })
  if (deps.log.isLevelEnabled('info')) app.addHook('onResponse', logRequest)
  return app
}

/** Many clients name the type of a body on every call, also where they send none. */
function forgetTypeOfNothing({ headers }: FastifyRequest): void {
  const isEmpty = Number(headers['content-length'] ?? 0) === 0 && !headers['transfer-encoding']
  if (isEmpty) delete headers['content-type']
}

const NO_QUERY = Type.Object({}, { additionalProperties: false })

/** A parameter that a route does not know is refused, also where it takes none. */
function refuseUnknownQuery(route: RouteOptions): void {
  if (route.url.startsWith('/v1/')) route.schema = { querystring: NO_QUERY, ...route.schema }
}

/** Nothing here is meant for a browser's page unless a page says so itself. */
function standardHeaders(https: boolean) {
  return ({ id }: FastifyRequest): Record<string, string> => ({
    'x-request-id': id,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
    ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {})
  })
}

/** What no schema says, once it has bounded how deep a body is. */
function faultOf({ body, query, routeOptions: { url = '', schema } }: FastifyRequest) {
  const takesBody = schema?.body !== undefined
  if (!takesBody && url.startsWith('/v1/') && !isEmpty(body)) {
    return { pointer: '#', detail: 'must be left out' }
  }
  const inBody = takesBody ? findUnstorable(body, '#') : undefined
  const pointer = inBody ?? findUnstorable(query, 'querystring:')
  return pointer === undefined
    ? undefined
    : { pointer, detail: 'must not hold NUL or half a character' }
}

/** An operation that takes no body takes at most an empty one. */
const isEmpty = (body: unknown) =>
  body === undefined || body === null || JSON.stringify(body) === '{}'

function logRequest(request: FastifyRequest, reply: FastifyReply, done: () => void): void {
  const { id, method } = request
  const line = {
    reqId: id,
    'http.method': method,
    'http.route': routeOf(request),
    'http.status': reply.statusCode,
    duration_ms: Math.round(reply.elapsedTime)
  }
  request.log.info(line, `${method} ${line['http.route']} ${reply.statusCode}`)
  done()
}
