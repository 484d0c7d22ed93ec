import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type ApiKeyToken, parseApiKeyToken } from '../crypto/api-key-token.js'
import type { Deps } from '../deps.js'
import { Problem } from '../errors.js'
import { addressOf, exceeded, MINUTE_MS, spend } from './budgets.js'
import type { KeyFacts } from './caller.js'
import { bearerOf, type Credential } from './credentials.js'
import { type Principal, secretMatches } from './prove.js'

/** Addresses that are kept out, and keys that are let in nevertheless: of more, the oldest are forgotten. */
const REMEMBERED_MAX = 10_000

/** What callers may do in a minute, and how often an address may fail to prove who calls. */
export interface CallerLimits {
  /**
   * Before anything is looked up. An address that has failed too often gets no further with a key,
   * unless this very key was valid when it was last used here: behind one address there may be
   * many, and who guesses does not lock the others out. A token has been verified by itself by now.
   *
   * @throws Problem too_many_requests
   */
  refuseGuesser(request: FastifyRequest, credential: Credential): void
  /**
   * A hook that proves who calls. That it fails is counted against the address, which is told to
   * wait once it has failed too often. To send nothing is no guess.
   */
  guarded(prove: Hook): Hook
  /**
   * Once it is proven who calls, so that a stranger uses up nobody's budget: a key's own, or a
   * person's or a member's, whatever key their token was minted with.
   *
   * @throws Problem too_many_requests
   */
  take(
    request: FastifyRequest,
    reply: FastifyReply,
    proven: { readonly principal: Principal; readonly key: KeyFacts | undefined }
  ): Promise<void> | undefined
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<void>

export function createCallerLimits(app: FastifyInstance, deps: Deps): CallerLimits {
  const { failedAuth, perKey, perPerson } = deps.config.rateLimits
  const guard = createGuard(app, failedAuth, deps.now)
  const keys = new WeakMap<FastifyRequest, { readonly id: string; readonly max: number }>()
  const takeKey = app.counting({
    name: 'key',
    max: (request) => keys.get(request)?.max ?? 0,
    windowMs: MINUTE_MS,
    keyOf: (request) => `key ${keys.get(request)?.id ?? ''}`
  })
  const people = new WeakMap<FastifyRequest, string>()
  const takePerson = app.counting({
    name: 'person',
    max: perPerson,
    windowMs: MINUTE_MS,
    keyOf: (request) => people.get(request) ?? ''
  })

  return {
    ...guard,
    take(request, reply, { principal, key }) {
      if (key) guard.proved(key)
      if (principal.kind === 'key') {
        const max = key?.rateLimit ?? perKey
        if (max === 0) return undefined
        keys.set(request, { id: principal.key.actor.id, max })
        return spend(request, reply, [takeKey])
      }
      if (perPerson === 0) return undefined
      people.set(request, personOf(principal))
      return spend(request, reply, [takePerson])
    }
  }
}

const personOf = (principal: Exclude<Principal, { kind: 'key' }>) =>
  principal.kind === 'person'
    ? `person ${principal.context.person.id}`
    : `member ${principal.token.memberId}`

/** Who guesses keys. What is counted is shared; who is kept out is known by each process. */
function createGuard(app: FastifyInstance, max: number, now: Deps['now']) {
  const takeFailure = app.counting({
    name: 'failed-authentication',
    max,
    windowMs: MINUTE_MS,
    keyOf: (request) => `failed ${addressOf(request)}`
  })
  /** By address: until when. By a clock that only goes forward. */
  const keptOut = new Map<string, number>()
  /** By id: what was true of a key when it was last proven. */
  const known = new Map<string, KeyFacts>()

  function secondsLeft(request: FastifyRequest): number {
    if (keptOut.size === 0) return 0
    const address = addressOf(request)
    const left = (keptOut.get(address) ?? 0) - performance.now()
    if (left > 0) return Math.ceil(left / 1000)
    keptOut.delete(address)
    return 0
  }
  const refusal = (seconds: number) => exceeded({ name: 'failed-authentication', seconds })
  const isKnown = ({ id, secret }: ApiKeyToken) => {
    const key = known.get(id)
    return key !== undefined && secretMatches(secret, key, now())
  }
  const isFailure = ({ headers }: FastifyRequest, error: unknown) =>
    max > 0 && isUnproven(error) && headers.authorization !== undefined

  /** What is told instead. */
  async function failed(request: FastifyRequest, error: unknown): Promise<unknown> {
    const key = parseApiKeyToken(bearerOf(request.headers.authorization) ?? '')
    // It was valid when it was last used here, and is not any more.
    if (key && isKnown(key)) known.delete(key.id)
    const seconds = secondsLeft(request)
    if (seconds > 0) return refusal(seconds)
    const taken = await takeFailure(request)
    if (taken.remaining === 0) {
      remember(keptOut, addressOf(request), performance.now() + taken.seconds * 1000)
    }
    return taken.isExceeded ? refusal(taken.seconds) : error
  }

  return {
    proved(key: KeyFacts): void {
      remember(known, key.id, key)
    },
    refuseGuesser(request: FastifyRequest, credential: Credential): void {
      const seconds = secondsLeft(request)
      if (seconds > 0 && credential.kind === 'key' && !isKnown(credential)) throw refusal(seconds)
    },
    guarded: (prove: Hook): Hook => {
      return (request, reply) =>
        prove(request, reply).catch(async (error: unknown) => {
          throw isFailure(request, error) ? await failed(request, error) : error
        })
    }
  }
}

const isUnproven = (error: unknown) => error instanceof Problem && error.definition.status === 401

function remember<T>(map: Map<string, T>, name: string, value: T): void {
  map.set(name, value)
  if (map.size <= REMEMBERED_MAX) return
  for (const oldest of map.keys()) {
    map.delete(oldest)
    return
  }
}
