import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { Deps } from '../deps.js'
import { tooManyRequests } from './errors.js'

export const MINUTE_MS = 60_000
/** How many callers of one budget this process knows at a time: who has come last stays. */
const CALLERS_MAX = 20_000

/** So much in a window of time, and of what. */
export interface Budget {
  /** As the headers call it. */
  readonly name: string
  readonly max: number | ((request: FastifyRequest) => number)
  readonly windowMs: number
  /** Whose it is, in which no two budgets may be alike: all are counted in one place. */
  readonly keyOf: (request: FastifyRequest) => string
}

/** What is left of a budget. */
export interface Taken {
  readonly name: string
  readonly max: number
  readonly windowMs: number
  readonly remaining: number
  /** Until the window is over. */
  readonly seconds: number
  readonly isExceeded: boolean
}

export type Take = (request: FastifyRequest) => Promise<Taken>

declare module 'fastify' {
  interface FastifyInstance {
    /** Makes what counts a request. */
    counting(budget: Budget): Take
  }
}

type MakeLimiter = FastifyInstance['createRateLimit']

/**
 * Where budgets are counted: in Redis, so that the processes of a deployment share them, and in this
 * process while Redis is away or where there is none. A limit of each process is better than none.
 */
export async function registerBudgets(app: FastifyInstance, deps: Deps): Promise<void> {
  const { counters } = deps
  const local = await makerOf(app, {})
  const shared =
    counters && (await makerOf(app, { redis: counters.client, nameSpace: counters.prefix }))
  app.decorate('counting', (budget: Budget): Take => {
    const here = limiter(local, budget)
    const together = shared && limiter(shared, budget)
    return async (request) => {
      if (!counters || !together || counters.isAway()) return here(request)
      try {
        return await together(request)
      } catch (error) {
        counters.failed(error)
        return here(request)
      }
    }
  })
}

/** The plugin counts in one place for each time that it is registered. */
async function makerOf(
  app: FastifyInstance,
  place: { readonly redis?: unknown; readonly nameSpace?: string }
): Promise<MakeLimiter> {
  let make: MakeLimiter | undefined
  await app.register(async (inside) => {
    await inside.register(rateLimit, { global: false, ...place })
    make = inside.createRateLimit.bind(inside)
  })
  if (!make) throw new Error('a plugin that was registered has run')
  return make
}

function limiter(make: MakeLimiter, { name, max, windowMs, keyOf }: Budget): Take {
  const options = { max, timeWindow: windowMs, keyGenerator: keyOf, cache: CALLERS_MAX }
  const take = make(options)
  return async (request) => {
    const taken = await take(request)
    if (taken.isAllowed) throw new Error('nobody is on a list of exceptions')
    const { remaining, ttlInSeconds, isExceeded } = taken
    return {
      name,
      max: taken.max,
      windowMs,
      remaining,
      seconds: Math.max(1, ttlInSeconds),
      isExceeded
    }
  }
}

/** IPv6 addresses are counted by their /64, which is one household. */
export const addressOf = ({ ip }: FastifyRequest): string => normalizeIP(ip)

/**
 * Takes one request from each budget in turn, and says in the headers what is left.
 *
 * @throws Problem too_many_requests
 */
export async function spend(
  request: FastifyRequest,
  reply: FastifyReply,
  takes: readonly Take[]
): Promise<void> {
  const all: Taken[] = []
  for (const take of takes) {
    const taken = await take(request)
    all.push(taken)
    if (taken.isExceeded) {
      tell(reply, all)
      throw exceeded(taken)
    }
  }
  tell(reply, all)
}

/** Which of them were asked depends on where one was exceeded; all that were are told. */
function tell(reply: FastifyReply, all: readonly Taken[]): void {
  const policy = all.map(({ name, max, windowMs }) => `"${name}";q=${max};w=${windowMs / 1000}`)
  const left = all.map(({ name, remaining, seconds }) => `"${name}";r=${remaining};t=${seconds}`)
  void reply.header('ratelimit-policy', policy.join(', '))
  void reply.header('ratelimit', left.join(', '))
}

/** `violated-policies` is of the draft that the headers are of, so it is spelled as there. */
export const exceeded = ({ name, seconds }: Pick<Taken, 'name' | 'seconds'>) =>
  tooManyRequests({ retry_after: seconds, 'violated-policies': [name] })
