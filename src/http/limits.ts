import { createHash } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest, preHandlerHookHandler } from 'fastify'
import { tooManyRequests } from './errors.js'

/** What a stranger may do on the public routes: per address, and per invitation token. */
export const PUBLIC_LIMITS = {
  perAddress: { max: 120, windowMs: 60_000 },
  perToken: { max: 20, windowMs: 60_000 }
} as const

/** Limits are counted in this process. Nothing is limited unless its route says so. */
export async function registerLimits(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, {
    global: false,
    errorResponseBuilder: (_request, { ttl }) =>
      tooManyRequests({ retry_after: Math.max(1, Math.ceil(ttl / 1000)) })
  })
}

/** The hooks of a public route: by the caller's address, then by the token it was sent. */
export function publicLimits(app: FastifyInstance): preHandlerHookHandler[] {
  const { perAddress, perToken } = PUBLIC_LIMITS
  return [
    app.rateLimit({ max: perAddress.max, timeWindow: perAddress.windowMs }),
    app.rateLimit({ max: perToken.max, timeWindow: perToken.windowMs, keyGenerator: tokenKey })
  ] as preHandlerHookHandler[]
}

/** In the path of a page, in the body of a call. A digest: the token itself is a secret. */
function tokenKey({ params, body }: FastifyRequest): string {
  const { token } = { ...(body as object | undefined), ...(params as object) } as { token?: unknown }
  return createHash('sha256').update(String(token)).digest('base64url')
}
