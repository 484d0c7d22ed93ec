import { createHash } from 'node:crypto'
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { tooManyRequests } from './errors.js'

interface Limit {
  readonly max: number
  readonly windowMs: number
}

const MINUTE_MS = 60_000

/** What a stranger may do on a public route: per address, and per invitation token. */
export const PUBLIC_LIMITS = {
  perAddress: { max: 120, windowMs: MINUTE_MS },
  perToken: { max: 20, windowMs: MINUTE_MS }
} as const

/** The same of a signup page. Whose address is asked for has a limit of its own, in the database. */
export const SIGNUP_PAGE_LIMITS = {
  perAddress: { max: 30, windowMs: MINUTE_MS },
  perPage: { max: 120, windowMs: MINUTE_MS },
  viewsPerPage: { max: 600, windowMs: MINUTE_MS }
} as const

/** One of the limits of a route. */
interface NamedLimit extends Limit {
  /** As the headers call it. */
  readonly name: string
  /** Whose it is; left out: the caller's address. */
  readonly keyOf?: (request: FastifyRequest) => string
}

const { perAddress, perToken } = PUBLIC_LIMITS
const TOKEN_LIMITS: readonly NamedLimit[] = [
  { name: 'address', ...perAddress },
  { name: 'token', ...perToken, keyOf: tokenKey }
]

const { perAddress: signupsPerAddress, perPage, viewsPerPage } = SIGNUP_PAGE_LIMITS
/** To look at a signup page, and to ask on it. */
export const SIGNUP_LIMITS: Readonly<Record<'page' | 'signup', readonly NamedLimit[]>> = {
  page: [
    { name: 'address', ...perAddress },
    { name: 'page', ...viewsPerPage, keyOf: slugKey }
  ],
  signup: [
    { name: 'address', ...signupsPerAddress },
    { name: 'page', ...perPage, keyOf: slugKey }
  ]
}

/** Limits are counted in this process. Nothing is limited unless its route says so. */
export async function registerLimits(app: FastifyInstance): Promise<void> {
  await app.register(rateLimit, { global: false })
}

/**
 * The hook of a public route: one limit after the other, unless said otherwise by the caller's
 * address and then by the token it was sent. One hook for all, since of the plugin's own hooks only
 * the first on a route counts.
 *
 * @throws Problem too_many_requests
 */
export function publicLimits(app: FastifyInstance, named: readonly NamedLimit[] = TOKEN_LIMITS) {
  const limits = named.map((limit) => ({ ...limit, take: limiter(app, limit) }))
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

function limiter(app: FastifyInstance, { max, windowMs, keyOf }: NamedLimit) {
  const own = keyOf === undefined ? {} : { keyGenerator: keyOf }
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

function slugKey({ params }: FastifyRequest): string {
  return (params as { readonly slug: string }).slug
}
