import cors, { type FastifyCorsOptions } from '@fastify/cors'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.js'

/** As long as browsers at most believe a preflight. */
const PREFLIGHT_SECONDS = 7_200

const SHARED = {
  methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: [
    'Authorization',
    'Content-Type',
    'Accept-Language',
    'Idempotency-Key',
    'If-Match',
    'If-None-Match',
    'X-Request-Id',
    'traceparent',
    'tracestate'
  ],
  exposedHeaders: [
    'ETag',
    'RateLimit',
    'RateLimit-Policy',
    'Retry-After',
    'Idempotent-Replayed',
    'X-Request-Id',
    'WWW-Authenticate',
    'Content-Disposition'
  ],
  // Nothing here knows a browser by its cookies: a page sends the token that it has.
  credentials: false,
  maxAge: PREFLIGHT_SECONDS,
  // Whatever asks by OPTIONS gets the same answer, whether there is such a route or not.
  strictPreflight: false
} satisfies FastifyCorsOptions

/** Lets the pages of these origins call the API from browsers. Without any nothing is said of it. */
export async function registerCors(app: FastifyInstance, { config }: Deps): Promise<void> {
  const origins = [...config.corsOrigins]
  if (origins.length === 0) return
  // The plugin's own route, which only makes Fastify take an OPTIONS request.
  app.addHook('onRoute', (route) => {
    const isOfPlugin = route.method === 'OPTIONS' && route.url === '*'
    if (isOfPlugin) route.config = { ...route.config, access: { class: 'public' } }
  })
  const origin = origins.includes('*') ? '*' : origins
  await app.register(cors, {
    delegator: (
      request: FastifyRequest,
      done: (error: null, options: FastifyCorsOptions) => void
    ) => {
      done(null, request.url.startsWith('/v1/') ? { ...SHARED, origin } : { origin: false })
    }
  })
}
