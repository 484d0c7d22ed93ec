import { createHash } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { tooManyRequests } from './errors.js'

/** What a stranger may do on a public route: per address, and per invitation token. */
export const PUBLIC_LIMITS = {
  perAddress: { max: 120, windowMs: 60_000 },
  perToken: { max: 20, windowMs: 60_000 }
} as const

/** Limits are counted in this process. Nothing is limited unless its route says so. */
export async function registerLimits(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, { global: false })
}

/**
 * The hook of a public route: by the caller's address, then by the token it was sent. One hook for
 * both, since of the plugin's own hooks only the first on a route counts.
 *
 * @throws Problem too_many_requests
 */
export function publicLimits(app: FastifyInstance) {
  const { perAddress, perToken } = PUBLIC_LIMITS
  const limits = [
    { name: 'address', ...perAddress, take: limiter(app, perAddress) },
    { name: 'token', ...perToken, take: limiter(app, perToken, tokenKey) }
  ]
  const policy = limits.map(({ name, max, windowMs }) => `"${name}";q=${max};w=${windowMs / 1000}`)
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    void reply.header('ratelimit-policy', policy.join(', '))
    const left: string[] = []
    for (const { name, take } of limits) {
      const { remaining, seconds, isExceeded } = await take(request)
      left.push(`"${name}";r=${remaining};t=${seconds}`)
      void reply.header('ratelimit', left.join(', '))
      if (isExceeded) throw tooManyRequests({ retry_after: seconds })
    }
  }
}

function limiter(
  app: FastifyInstance,
  { max, windowMs }: { readonly max: number; readonly windowMs: number },
  keyGenerator?: (request: FastifyRequest) => string
) {
  const own = keyGenerator === undefined ? {} : { keyGenerator }
  const take = app.createRateLimit({ max, timeWindow: windowMs, ...own })
  return async (request: FastifyRequest) => {
    const taken = await take(request)
    if (taken.isAllowed) throw new Error('nobody is on a list of exceptions')
    const { remaining, ttlInSeconds, isExceeded } = taken
    return { remaining, seconds: Math.max(1, ttlInSeconds), isExceeded }
  }
}

interface WithToken {
  readonly token?: unknown
}

/** In the path of a page, in the body of a call. A digest: the token itself is a secret. */
function tokenKey({ params, body }: FastifyRequest): string {
  const { token } = { ...(body as WithToken | undefined), ...(params as WithToken) }
  return createHash('sha256').update(String(token)).digest('base64url')
}
