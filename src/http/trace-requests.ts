import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Span, type Tracing, within } from '../telemetry/tracing.js'
import { routeOf } from './observe-requests.js'

/**
 * A span of every request, in the trace of whoever sent `traceparent`. It names the template of the
 * route; what a request holds, also in its address, stays out of it.
 */
export function traceRequests(app: FastifyInstance, tracing: Tracing): void {
  app.decorateRequest('span')
  app.addHook('onRequest', (request, reply, done) => {
    const span = startSpan(tracing, request)
    request.setDecorator('span', span)
    reply.raw.once('close', () => {
      end(span, reply)
    })
    within(span, done)
  })
  // A body is read, and an answer written, by events of the connection: those are in no span.
  app.addHook('preValidation', goOn)
  app.addHook('onResponse', goOn)
}

function goOn(request: FastifyRequest, _reply: unknown, done: () => void): void {
  within(request.getDecorator<Span>('span'), done)
}

function startSpan(tracing: Tracing, request: FastifyRequest): Span {
  const { method, headers, id } = request
  const { traceparent: parent } = headers
  return tracing.start({
    name: `${method} ${routeOf(request)}`,
    kind: 'server',
    parent: typeof parent === 'string' ? parent : undefined,
    attributes: {
      'http.request.method': method,
      'http.route': routeOf(request),
      'muster.request_id': id
    }
  })
}

function end(span: Span, { raw }: FastifyReply): void {
  const { statusCode } = raw
  if (!raw.writableFinished) span.set({ 'error.type': 'gone' })
  else {
    span.set({ 'http.response.status_code': statusCode })
    if (statusCode >= 500) span.fail(Object.assign(new Error(), { code: statusCode }))
  }
  span.end()
}
