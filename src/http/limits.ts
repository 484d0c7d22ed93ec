import { createHash } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { addressOf, MINUTE_MS, spend } from './budgets.js'

interface Limit {
  readonly max: number
  readonly windowMs: number
}

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

/** What a mail provider may tell: it sends from few addresses, and a lot after a large mailing. */
const MAIL_EVENT_LIMITS = { perAddress: { max: 6_000, windowMs: MINUTE_MS } } as const

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

/** Of what has neither a token nor a page. */
export const ADDRESS_LIMITS: readonly NamedLimit[] = [{ name: 'address', ...perAddress }]
/** Programs ask for a mail until it is there. */
export const DEV_MAIL_LIMITS: readonly NamedLimit[] = [
  { name: 'address', max: 1_200, windowMs: MINUTE_MS }
]
export const MAIL_EVENTS: readonly NamedLimit[] = [
  { name: 'address', ...MAIL_EVENT_LIMITS.perAddress }
]

/**
 * The hook of a public route: one limit after the other, unless said otherwise by the caller's
 * address and then by the token it was sent. Each route has budgets of its own.
 *
 * @throws Problem too_many_requests
 */
export function publicLimits(app: FastifyInstance, named: readonly NamedLimit[] = TOKEN_LIMITS) {
  const takes = named.map(({ keyOf = addressOf, ...limit }) =>
    app.counting({
      ...limit,
      keyOf: (request) => `${doorOf(request)} ${limit.name} ${keyOf(request)}`
    })
  )
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    await spend(request, reply, takes)
  }
}

/** The route, as every process calls it. To ask for the head of an answer is to ask for it. */
const doorOf = ({ method, routeOptions }: FastifyRequest) =>
  `${method === 'HEAD' ? 'GET' : method} ${routeOptions.url ?? ''}`

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
