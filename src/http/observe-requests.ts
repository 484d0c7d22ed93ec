import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Metrics } from '../telemetry/metrics.js'

/** Counts requests by the template of their route: an address may hold a token, and is any text. */
export function observeRequests(app: FastifyInstance, metrics: Metrics): void {
  const { requestsInFlight, requestDuration } = metrics
  app.addHook('onRequest', (request, reply, done) => {
    requestsInFlight.inc()
    // Whatever becomes of it, its answer closes; the framework's own hook is not called for all.
    reply.raw.once('close', () => {
      requestsInFlight.dec()
      const { method } = request
      const labels = { method, route: routeOf(request), status: statusOf(reply) }
      requestDuration.observe(labels, reply.elapsedTime / 1_000)
    })
    done()
  })
}

function statusOf({ raw }: FastifyReply): string {
  return raw.writableFinished ? `${Math.floor(raw.statusCode / 100)}xx` : 'gone'
}

/** The template of a request's route, also for whoever knocks where there is none. */
export const routeOf = ({ routeOptions }: FastifyRequest): string => routeOptions.url ?? 'unknown'
